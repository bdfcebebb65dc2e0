// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A document is a trust policy as it is written. What is not listed here is refused: NotPrincipal, NotAction,
// Resource and whatever AWS may add.
type document struct {
	Version   string
	ID        string `json:"Id"`
	Statement list[element]
}

type element struct {
	Sid       string
	Effect    string
	Principal jsontext.Value
	Action    list[string]
	Condition map[string]map[string]list[scalar]
}

// A list may be written as its only element.
type list[T any] []T

func (l *list[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == '[' {
		return json.UnmarshalDecode(dec, (*[]T)(l))
	}
	*l = make(list[T], 1)
	return json.UnmarshalDecode(dec, &(*l)[0])
}

// MarshalJSONTo writes a list of one as its only element.
func (l list[T]) MarshalJSONTo(enc *jsontext.Encoder) error {
	if len(l) == 1 {
		return json.MarshalEncode(enc, l[0])
	}
	return json.MarshalEncode(enc, []T(l))
}

// A scalar is a string, a number or a boolean, as the string that AWS compares.
type scalar string

func (s *scalar) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if !strings.ContainsRune(`"0tf`, rune(token.Kind())) {
		return errors.New("a condition's value must be a string")
	}
	*s = scalar(token.String())
	return nil
}

// Parse reads a trust policy: the document itself, also URL-encoded as the IAM API gives it, or the answer of `aws iam
// get-role`. The error is a *PolicyError. What it cannot judge (an operator, an element, a principal or a condition
// key that it does not know) is an error that names it: it never guesses.
func Parse(src []byte) (*Policy, error) {
	src, err := unwrap(src)
	if err != nil {
		return nil, err
	}
	var doc document
	if err := json.Unmarshal(src, &doc, json.RejectUnknownMembers(true)); err != nil {
		return nil, malformed(err)
	}
	switch {
	case doc.Version != "" && doc.Version != "2012-10-17" && doc.Version != "2008-10-17":
		return nil, &PolicyError{fmt.Sprintf("the version %q is not known", doc.Version), `the policy language has one current version, "2012-10-17"`}
	case len(doc.Statement) == 0:
		return nil, &PolicyError{"there is no statement", `a trust policy has a "Statement" with "Effect", "Principal" and "Action"`}
	}
	p := &Policy{}
	for i, e := range doc.Statement {
		s, about, err := e.statement(doc.Version == "2012-10-17")
		if err != nil {
			err.Problem = fmt.Sprintf("statement %d: %s", i+1, err.Problem)
			return nil, err
		}
		if about {
			p.statements = append(p.statements, s)
		}
	}
	return p, nil
}

// unwrap returns the document in an answer of the IAM API, or src if it is the document.
func unwrap(src []byte) ([]byte, error) {
	src = bytes.TrimSpace(src)
	if bytes.HasPrefix(src, []byte("%7B")) || bytes.HasPrefix(src, []byte("%7b")) {
		text, err := url.PathUnescape(string(src))
		if err != nil {
			return nil, &PolicyError{"it is not URL-encoded as it seems to be", "paste the whole document, as it was given"}
		}
		return []byte(text), nil
	}
	var answer struct {
		Role *struct {
			Document jsontext.Value `json:"AssumeRolePolicyDocument"`
		}
	}
	if err := json.Unmarshal(src, &answer); err != nil {
		return nil, malformed(err)
	}
	if answer.Role == nil {
		return src, nil
	}
	var text string
	if json.Unmarshal(answer.Role.Document, &text) == nil {
		return unwrap([]byte(text))
	}
	if answer.Role.Document == nil {
		return nil, &PolicyError{`the role has no "AssumeRolePolicyDocument"`, "give the whole answer of `aws iam get-role --role-name NAME`"}
	}
	return answer.Role.Document, nil
}

// malformed explains an error of the JSON library.
func malformed(err error) *PolicyError {
	const grammar = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html has the grammar"
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntactic):
		return &PolicyError{"a name occurs twice in one object: " + string(syntactic.JSONPointer), "put the values into one list: of two equal names, JSON keeps one"}
	case errors.As(err, &syntactic):
		return &PolicyError{fmt.Sprintf("it is no JSON, from byte %d on", syntactic.ByteOffset), "give the policy document, or the answer of `aws iam get-role --output json`"}
	case errors.Is(err, json.ErrUnknownName) && errors.As(err, &semantic):
		name := string(semantic.JSONPointer)
		if strings.HasSuffix(name, "Resource") {
			return &PolicyError{"it has a Resource, at " + name + ": it says what a role may do, or who may use a key or a bucket, not who may assume a role",
				"the trust policy is what `aws iam get-role --output json` prints as AssumeRolePolicyDocument"}
		}
		return &PolicyError{"the element " + name[strings.LastIndexByte(name, '/')+1:] + " is not known here, at " + name, "what it admits cannot be told; write the policy with Principal, Action and Condition"}
	case errors.As(err, &semantic):
		return &PolicyError{"it is not as AWS's grammar wants it, at " + string(semantic.JSONPointer), grammar}
	}
	return &PolicyError{"it cannot be read", grammar}
}

// statement judges what one element is about. about is false if it is not about web identities.
func (e element) statement(variables bool) (s statement, about bool, problem *PolicyError) {
	switch e.Effect {
	case "Allow", "Deny":
	default:
		return s, false, &PolicyError{fmt.Sprintf("the effect %q is not known", e.Effect), `"Effect" is "Allow" or "Deny"`}
	}
	if len(e.Action) == 0 {
		return s, false, &PolicyError{`there is no "Action"`, `it is "sts:AssumeRoleWithWebIdentity"`}
	}
	for _, action := range e.Action {
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
		about = about || literally(action, true).matches("sts:AssumeRoleWithWebIdentity", true)
	}
	if s.issuers, problem = e.providers(about); problem != nil {
		return s, false, problem
	}
	if !about || len(s.issuers) == 0 {
		return s, false, nil
	}
	s.deny = e.Effect == "Deny"
	s.conditions, problem = conditions(e.Condition, s.issuers, variables)
	return s, true, problem
}

// provider is the ARN of an OIDC provider in IAM.
var provider = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/([^*?]+)$`)

// github matches GitHub's issuers: the public one, an enterprise's own below it, and those of GitHub Enterprise.
// https://docs.github.com/actions/reference/security/oidc
var github = regexp.MustCompile(`^token\.actions\.(githubusercontent\.com|[a-z0-9-]+\.ghe\.com)(/[^/]+)?$|^[^/]+/_services/token$`)

// providers returns GitHub's issuers among the principals. Other principals do not hold tokens of GitHub, unless a
// wildcard makes them everyone.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func (e element) providers(about bool) (issuers []string, problem *PolicyError) {
	const hint = `name the provider: "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"`
	var principals map[string]list[string]
	if e.Principal == nil {
		return nil, &PolicyError{`there is no "Principal"`, hint}
	}
	if json.Unmarshal(e.Principal, &principals) != nil {
		if about {
			return nil, &PolicyError{fmt.Sprintf("the principal %s is not one provider", e.Principal), hint}
		}
		return nil, nil
	}
	for kind, names := range principals {
		for _, name := range names {
			arn := provider.FindStringSubmatch(name)
			switch {
			case kind == "Federated" && arn != nil:
				if github.MatchString(arn[1]) {
					issuers = append(issuers, arn[1])
				}
			case !about, kind == "Service", kind == "CanonicalUser", kind == "AWS" && name != "*":
			case kind == "Federated" && (strings.Contains(name, ":saml-provider/") || !strings.Contains(name, ":") && !strings.Contains(name, "*")):
			default:
				return nil, &PolicyError{fmt.Sprintf("the principal %q: %q is not one provider", kind, name), hint}
			}
		}
	}
	return issuers, nil
}
