// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// job is a token of a job in an environment.
func job() Claims {
	return Claims{
		"iss": "https://token.actions.githubusercontent.com", "aud": "sts.amazonaws.com",
		"sub": "repo:acme/infra:environment:prod", "environment": "prod", "repository_id": "222", "ref": "refs/heads/prod",
	}
}

// but returns claims with one changed, or missing if value is "-".
func (c Claims) but(name, value string) Claims {
	if value == "-" {
		delete(c, name)
	} else {
		c[name] = value
	}
	return c
}

// policy returns a policy of one statement.
func policy(condition string) string {
	return document2012(`{"Effect": "Allow", "Principal": {"Federated": "` + github1 + `"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": ` + condition + `}`)
}

func document2012(statements string) string {
	return `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
}

const (
	github1 = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
	key     = "token.actions.githubusercontent.com:"
)

func mustParse(t *testing.T, src string) *Policy {
	t.Helper()
	p, err := Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOperators(t *testing.T) {
	sub := func(c Claims) Claims { return c.but("sub", "-") }
	for name, c := range map[string]struct {
		operator, key, values string
		admitted, refused     []Claims
	}{
		"equal": {"StringEquals", "sub", `"repo:acme/infra:environment:prod"`,
			[]Claims{job()}, []Claims{job().but("sub", "repo:acme/infra:environment:Prod"), job().but("sub", ""), sub(job())}},
		"equal to one of several": {"StringEquals", "ref", `["refs/heads/a", "refs/heads/prod"]`,
			[]Claims{job()}, []Claims{job().but("ref", "refs/heads/b")}},
		"wildcards are literal in StringEquals": {"StringEquals", "sub", `"repo:acme/infra:*"`,
			[]Claims{job().but("sub", "repo:acme/infra:*")}, []Claims{job()}},
		"not equal, which a missing claim is not either": {"StringNotEquals", "sub", `["a", "b"]`,
			[]Claims{job(), sub(job())}, []Claims{job().but("sub", "b")}},
		"equal but for case": {"StringEqualsIgnoreCase", "sub", `"REPO:acme/infra:environment:PROD"`,
			[]Claims{job()}, []Claims{job().but("sub", "x")}},
		"not equal but for case": {"StringNotEqualsIgnoreCase", "sub", `"REPO:acme/infra:environment:PROD"`,
			[]Claims{job().but("sub", "x"), sub(job())}, []Claims{job()}},
		"a star crosses slashes and colons": {"StringLike", "sub", `"repo:acme*/infra*"`,
			[]Claims{job(), job().but("sub", "repo:acme-evil/x:ref:refs/heads/a/infra")}, []Claims{job().but("sub", "repo:acme"), sub(job())}},
		"a star takes nothing, too": {"StringLike", "sub", `"*repo:acme/infra:environment:prod*"`, []Claims{job()}, nil},
		"a question mark takes one character": {"StringLike", "sub", `"repo:acme?infra:environment?pro?"`,
			[]Claims{job(), job().but("sub", "repo:acme:infra:environment/proé")}, []Claims{job().but("sub", "repo:acme/infra:environment:pro")}},
		"StringLike minds case":   {"StringLike", "sub", `"repo:ACME/*"`, nil, []Claims{job()}},
		"an escaped star is one":  {"StringLike", "ref", `"refs/${*}/*"`, []Claims{job().but("ref", "refs/*/x")}, []Claims{job()}},
		"escapes in StringEquals": {"StringEquals", "ref", `"${*}${?}${$}"`, []Claims{job().but("ref", "*?$")}, []Claims{job()}},
		"not like":                {"StringNotLike", "ref", `"refs/tags/*"`, []Claims{job(), job().but("ref", "-")}, []Claims{job().but("ref", "refs/tags/v1")}},
		"the trap: ForAllValues holds without the claim": {"ForAllValues:StringEquals", "environment", `"prod"`,
			[]Claims{job(), job().but("environment", "-"), job().but("environment", "")}, []Claims{job().but("environment", "dev")}},
		"ForAllValues wants each":        {"ForAllValues:StringEquals", "aud", `["a", "b"]`, []Claims{job().but("aud", "a\nb")}, []Claims{job(), job().but("aud", "a\nc")}},
		"ForAllValues, negated":          {"ForAllValues:StringNotEquals", "aud", `"a"`, []Claims{job(), job().but("aud", "-")}, []Claims{job().but("aud", "b\na")}},
		"ForAnyValue needs one":          {"ForAnyValue:StringLike", "aud", `"sts.*"`, []Claims{job(), job().but("aud", "x\nsts.amazonaws.com")}, []Claims{job().but("aud", "-"), job().but("aud", "x")}},
		"ForAnyValue, negated":           {"ForAnyValue:StringNotEquals", "aud", `"a"`, []Claims{job().but("aud", "a\nb")}, []Claims{job().but("aud", "a"), job().but("aud", "-")}},
		"any of several audiences":       {"StringEquals", "aud", `"sts.amazonaws.com"`, []Claims{job().but("aud", "x\nsts.amazonaws.com")}, []Claims{job().but("aud", "x\ny")}},
		"none of several audiences":      {"StringNotEquals", "aud", `"a"`, []Claims{job()}, []Claims{job().but("aud", "x\na")}},
		"a line break makes two nowhere": {"StringEquals", "sub", `"a"`, nil, []Claims{job().but("sub", "x\na")}},
		"IfExists holds without the claim": {"StringEqualsIfExists", "environment", `"prod"`,
			[]Claims{job(), job().but("environment", "-")}, []Claims{job().but("environment", "dev")}},
		"ForAnyValue with IfExists": {"ForAnyValue:StringEqualsIfExists", "environment", `"prod"`,
			[]Claims{job(), job().but("environment", "-")}, []Claims{job().but("environment", "dev")}},
		"Null true wants it missing":          {"Null", "environment", `"true"`, []Claims{job().but("environment", "-")}, []Claims{job()}},
		"Null false wants it there":           {"Null", "environment", `false`, []Claims{job()}, []Claims{job().but("environment", "-")}},
		"Bool":                                {"Bool", "workflow", `true`, []Claims{job().but("workflow", "TRUE")}, []Claims{job(), job().but("workflow", "false")}},
		"a number is compared as text":        {"StringEquals", "repository_id", `222`, []Claims{job()}, []Claims{job().but("repository_id", "2220")}},
		"operators and keys in any case":      {"sTRINGeQUALS", "SUB", `"repo:acme/infra:environment:prod"`, []Claims{job()}, []Claims{sub(job())}},
		"ForAllValues and IfExists in a word": {"forallvalues:stringlikeifexists", "ref", `"refs/heads/*"`, []Claims{job(), job().but("ref", "-")}, []Claims{job().but("ref", "refs/tags/v1")}},
	} {
		t.Run(name, func(t *testing.T) {
			p := mustParse(t, policy(`{"`+c.operator+`": {"`+key+c.key+`": `+c.values+`}}`))
			for _, claims := range c.admitted {
				if !p.Admits(claims) {
					t.Errorf("refused: %v", claims)
				}
			}
			for _, claims := range c.refused {
				if p.Admits(claims) {
					t.Errorf("admitted: %v", claims)
				}
			}
		})
	}
}

// Statements are written with these in place of long texts.
var short = strings.NewReplacer(
	"ALLOW", `"Effect": "Allow"`, "DENY", `"Effect": "Deny"`, "WEB", `"Action": "sts:AssumeRoleWithWebIdentity"`,
	"GITHUB", `"Principal": {"Federated": "`+github1+`"}`,
	"PROD", `"Condition": {"StringEquals": {"`+key+`environment": "prod"}}`,
	"DEV", `"Condition": {"StringEquals": {"`+key+`environment": "dev"}}`,
)

func TestStatements(t *testing.T) {
	const user = `"Principal": {"AWS": "arn:aws:iam::123456789012:user/alice"}`
	for name, c := range map[string]struct {
		statements string
		want       bool
	}{
		"without a condition everybody":         {`{ALLOW, GITHUB, WEB}`, true},
		"one of several":                        {`{ALLOW, GITHUB, WEB, DEV}, {ALLOW, GITHUB, WEB, PROD}`, true},
		"none of several":                       {`{ALLOW, GITHUB, WEB, DEV}, {ALLOW, GITHUB, WEB, DEV}`, false},
		"deny wins, wherever it stands":         {`{DENY, GITHUB, WEB, PROD}, {ALLOW, GITHUB, WEB}`, false},
		"deny of something else":                {`{ALLOW, GITHUB, WEB}, {DENY, GITHUB, WEB, DEV}`, true},
		"every condition must hold":             {`{ALLOW, GITHUB, WEB, "Condition": {"StringEquals": {"` + key + `environment": "prod", "` + key + `ref": "x"}}}`, false},
		"every operator must hold":              {`{ALLOW, GITHUB, WEB, "Condition": {"StringEquals": {"` + key + `environment": "prod"}, "StringLike": {"` + key + `ref": "x*"}}}`, false},
		"no statement about web identities":     {`{ALLOW, ` + user + `, "Action": "sts:AssumeRole"}`, false},
		"another action on the provider":        {`{ALLOW, GITHUB, "Action": ["sts:TagSession", "sts:AssumeRole"]}`, false},
		"all actions":                           {`{ALLOW, GITHUB, "Action": "sts:*"}`, true},
		"all actions of all services":           {`{ALLOW, GITHUB, "Action": ["*"]}`, true},
		"actions in any case":                   {`{ALLOW, GITHUB, "Action": "STS:assumerolewith*identity"}`, true},
		"a list of actions":                     {`{ALLOW, GITHUB, "Action": ["sts:TagSession", "sts:AssumeRoleWithWebIdentity"]}`, true},
		"a list of providers":                   {`{ALLOW, "Principal": {"Federated": ["accounts.google.com", "` + github1 + `"]}, WEB}`, true},
		"another provider":                      {`{ALLOW, "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}, WEB, "Condition": {"StringEquals": {"gitlab.com:sub": "x"}}}`, false},
		"an enterprise's own issuer":            {`{ALLOW, "Principal": {"Federated": "` + github1 + `/acme"}, WEB}`, false},
		"a provider whose name goes on":         {`{ALLOW, "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com.evil.example"}, WEB}`, false},
		"a SAML provider":                       {`{ALLOW, "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/x"}, WEB}`, false},
		"a person":                              {`{ALLOW, ` + user + `, WEB}`, false},
		"a service beside the provider":         {`{ALLOW, "Principal": {"Service": "ec2.amazonaws.com", "Federated": "` + github1 + `"}, WEB}`, true},
		"conditions on others are not judged":   {`{ALLOW, ` + user + `, "Action": "sts:AssumeRole", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, {ALLOW, GITHUB, WEB}`, true},
		"everybody may take other actions":      {`{ALLOW, "Principal": "*", "Action": "sts:AssumeRole"}, {ALLOW, GITHUB, WEB}`, true},
		"another partition":                     {`{ALLOW, "Principal": {"Federated": "arn:aws-us-gov:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, WEB}`, true},
		"what has a name":                       {`{"Sid": "x", ALLOW, GITHUB, WEB, PROD}`, true},
		"keys of another provider do not count": {`{ALLOW, "Principal": {"Federated": ["` + github1 + `", "` + github1 + `/acme"]}, WEB, "Condition": {"StringEquals": {"token.actions.githubusercontent.com/acme:sub": "repo:acme/infra:environment:prod"}}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mustParse(t, document2012(short.Replace(c.statements))).Admits(job()); got != c.want {
				t.Errorf("admits: %v", got)
			}
		})
	}
}

func TestAnIssuerOfItsOwnIsNotGitHubs(t *testing.T) {
	p := mustParse(t, document2012(short.Replace(`{ALLOW, GITHUB, WEB}`)))
	for _, issuer := range []string{"-", "", "token.actions.githubusercontent.com", "http://token.actions.githubusercontent.com",
		"https://ghes.example/_services/token", "https://token.actions.githubusercontent.com/acme"} {
		if p.Admits(job().but("iss", issuer)) {
			t.Errorf("admits a token of %q", issuer)
		}
	}
	own := `{"Statement": {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/ghes.example/_services/token"},
		"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"ghes.example/_services/token:aud": "sts.amazonaws.com"}}}}`
	if p := mustParse(t, own); p.Admits(job()) || !p.Admits(job().but("iss", "https://ghes.example/_services/token")) {
		t.Error("GitHub Enterprise Server's issuer is mistaken")
	}
}

func TestFormsOfAPolicy(t *testing.T) {
	plain := document2012(short.Replace(`{ALLOW, GITHUB, WEB, PROD}`))
	encoded := strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D", " ", "%20", "+", "%2B").Replace(plain)
	for name, src := range map[string]string{
		"plain":                                  plain,
		"with space around":                      "\n\t" + plain + "\r\n",
		"one statement without a list":           strings.NewReplacer("[", "", "]", "").Replace(plain),
		"with an id":                             strings.Replace(plain, `{"Version"`, `{"Id": "x", "Version"`, 1),
		"URL-encoded":                            encoded,
		"of get-role":                            `{"Role": {"RoleName": "x", "Arn": "arn", "AssumeRolePolicyDocument": ` + plain + `, "MaxSessionDuration": 3600}}`,
		"of the API":                             `{"Role": {"AssumeRolePolicyDocument": "` + encoded + `"}}`,
		"old, in which ${ has no meaning of its": strings.Replace(plain, "2012-10-17", "2008-10-17", 1),
	} {
		t.Run(name, func(t *testing.T) {
			p := mustParse(t, src)
			if !p.Admits(job()) || p.Admits(job().but("environment", "dev")) {
				t.Error("it is read as something else")
			}
		})
	}
	old := strings.Replace(policy(`{"StringLike": {"`+key+`ref": "${*}"}}`), "2012-10-17", "2008-10-17", 1)
	if p := mustParse(t, old); p.Admits(job()) || !p.Admits(job().but("ref", "${anything}")) {
		t.Error("variables have a meaning in a policy of 2008")
	}
}

func TestWhatCannotBeJudgedIsNamed(t *testing.T) {
	cond := func(s string) string { return `{ALLOW, GITHUB, WEB, "Condition": ` + s + `}` }
	for name, c := range map[string]struct{ src, want string }{
		"nothing":                      {``, "no JSON"},
		"no JSON":                      {`hello`, "no JSON"},
		"half":                         {`{"Version": `, "no JSON"},
		"two documents":                {document2012(`{ALLOW, GITHUB, WEB}`) + `{}`, "no JSON"},
		"a list":                       {`[]`, "not as AWS's grammar"},
		"null":                         {`null`, "no statement"},
		"no statement":                 {`{"Version": "2012-10-17"}`, "no statement"},
		"empty list":                   {document2012(``), "no statement"},
		"no policy in the role":        {`{"Role": {"RoleName": "x"}}`, "AssumeRolePolicyDocument"},
		"bad encoding":                 {`%7B%2`, "URL-encoded"},
		"a version to come":            {`{"Version": "2030-01-01", "Statement": []}`, `"2030-01-01"`},
		"NotPrincipal":                 {document2012(`{ALLOW, "NotPrincipal": {"AWS": "x"}, WEB}`), "NotPrincipal"},
		"NotAction":                    {document2012(`{ALLOW, GITHUB, "NotAction": "sts:TagSession"}`), "NotAction"},
		"Resource":                     {document2012(`{ALLOW, GITHUB, WEB, "Resource": "*"}`), "Resource"},
		"an element in lower case":     {document2012(`{"effect": "Allow", GITHUB, WEB}`), "effect"},
		"an unknown element":           {`{"Version": "2012-10-17", "Statements": []}`, "Statements"},
		"an unknown effect":            {document2012(`{"Effect": "allow", GITHUB, WEB}`), `"allow"`},
		"no effect":                    {document2012(`{GITHUB, WEB}`), `effect ""`},
		"no action":                    {document2012(`{ALLOW, GITHUB}`), "Action"},
		"no principal":                 {document2012(`{ALLOW, WEB}`), "Principal"},
		"anybody":                      {document2012(`{ALLOW, "Principal": "*", WEB}`), `"*"`},
		"any account":                  {document2012(`{ALLOW, "Principal": {"AWS": "*"}, WEB}`), `"AWS": "*"`},
		"any provider":                 {document2012(`{ALLOW, "Principal": {"Federated": "*"}, WEB}`), `"Federated": "*"`},
		"any provider of an account":   {document2012(`{ALLOW, "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/*"}, WEB}`), "oidc-provider/*"},
		"an unknown kind":              {document2012(`{ALLOW, "Principal": {"Martian": "x"}, WEB}`), "Martian"},
		"an unknown operator":          {document2012(cond(`{"NumericEquals": {"` + key + `repository_id": "1"}}`)), "NumericEquals"},
		"an unknown quantifier":        {document2012(cond(`{"ForSomeValues:StringEquals": {"` + key + `sub": "1"}}`)), "ForSomeValues"},
		"NullIfExists":                 {document2012(cond(`{"NullIfExists": {"` + key + `sub": "true"}}`)), "NullIfExists"},
		"Null of something":            {document2012(cond(`{"Null": {"` + key + `sub": "maybe"}}`)), "maybe"},
		"a key of the request":         {document2012(cond(`{"StringEquals": {"aws:SourceIp": "1"}}`)), "aws:SourceIp"},
		"a key of a misspelt provider": {document2012(cond(`{"StringEquals": {"token.action.githubusercontent.com:sub": "1"}}`)), "token.action.githubusercontent.com:sub"},
		"a key that AWS has not":       {document2012(cond(`{"StringEquals": {"` + key + `repository_owner": "1"}}`)), "repository_owner"},
		"a claim of another issuer's":  {document2012(strings.ReplaceAll(cond(`{"StringEquals": {"ghes.example/_services/token:ref": "1"}}`), "GITHUB", `"Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/ghes.example/_services/token"}`)), "ghes.example/_services/token:ref"},
		"a key without a provider":     {document2012(cond(`{"StringEquals": {"sub": "1"}}`)), `"sub"`},
		"a variable":                   {document2012(cond(`{"StringEquals": {"` + key + `sub": "repo:${aws:username}"}}`)), "${aws:username}"},
		"an open variable":             {document2012(cond(`{"StringEquals": {"` + key + `sub": "repo:${"}}`)), "repo:${"},
		"no values":                    {document2012(cond(`{"StringEquals": {"` + key + `sub": []}}`)), "no values"},
		"null as a value":              {document2012(cond(`{"StringEquals": {"` + key + `sub": null}}`)), "grammar"},
		"an object as a value":         {document2012(cond(`{"StringEquals": {"` + key + `sub": {}}}`)), "grammar"},
		"a condition that is a list":   {document2012(cond(`[]`)), "grammar"},
		"a key twice":                  {document2012(cond(`{"StringEquals": {"` + key + `sub": "a", "` + key + `sub": "b"}}`)), "occurs twice"},
		"a key twice but for case":     {document2012(cond(`{"StringEquals": {"` + key + `sub": "a", "` + key + `Sub": "b"}}`)), "occurs twice"},
		"an operator twice but for it": {document2012(cond(`{"StringEquals": {"` + key + `sub": "a"}, "stringEquals": {"` + key + `SUB": "b"}}`)), "occurs twice"},
		"a statement's name twice":     {document2012(`{ALLOW, "Effect": "Deny", GITHUB, WEB}`), "occurs twice"},
		"the second statement":         {document2012(`{ALLOW, GITHUB, WEB}, {"Effect": "x", GITHUB, WEB}`), "statement 2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(short.Replace(c.src)))
			var refused *PolicyError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || refused.Hint() == "" {
				t.Errorf("%v; want a *PolicyError with %q and a hint", err, c.want)
			}
		})
	}
}

func TestManyStarsTakeNoTime(t *testing.T) {
	p := literally(strings.Repeat("*a", 500)+"*b", true)
	if p.matches(strings.Repeat("a", 20000), false) {
		t.Error("matched")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(policy(`{"StringEquals": {"` + key + `sub": ["a", "b"]}}`))
	f.Add(policy(`{"ForAllValues:StringLikeIfExists": {"` + key + `sub": "a*${*}"}}`))
	f.Add(document2012(short.Replace(`{DENY, GITHUB, WEB, PROD}, {ALLOW, GITHUB, "Action": "*"}`)))
	f.Add(`{"Role": {"AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D"}}`)
	f.Fuzz(func(t *testing.T, src string) {
		p, err := Parse([]byte(src))
		if (p == nil) == (err == nil) {
			t.Fatalf("%v, %v", p, err)
		}
		if p != nil {
			p.Admits(job())
		}
	})
}

// The matcher agrees with a plain recursive one.
func FuzzMatch(f *testing.F) {
	f.Add("repo:acme*/infra*", "repo:acme/x/infra-y")
	f.Add("a?c*", "abc")
	f.Add("**?", "é")
	f.Fuzz(func(t *testing.T, value, text string) {
		if len(value) > 12 || len(text) > 24 {
			return
		}
		p := literally(value, true)
		if got, want := p.matches(text, false), slowly(p, []rune(text)); got != want {
			t.Errorf("%q on %q: %v", value, text, got)
		}
	})
}

func slowly(p pattern, text []rune) bool {
	switch {
	case len(p) == 0:
		return len(text) == 0
	case p[0] == anyText:
		return slowly(p[1:], text) || len(text) > 0 && slowly(p, text[1:])
	}
	return len(text) > 0 && (p[0] == anyRune || p[0] == text[0]) && slowly(p[1:], text[1:])
}

func Example() {
	p, err := Parse([]byte(`{"Version": "2012-10-17", "Statement": {
		"Effect": "Allow",
		"Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
		"Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/infra:*"}}
	}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Admits(Claims{"iss": "https://token.actions.githubusercontent.com", "sub": "repo:acme/infra:pull_request"}))
	// Output: true
}
