// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Each testdata/bad/NAME.hcl is refused with the text of NAME.golden.
func TestBadConfigurations(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".hcl")
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := refused(t, string(src)) + "\n"
			golden := strings.TrimSuffix(file, ".hcl") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// refused returns the text of the error that src is refused with.
func refused(t *testing.T, src string) string {
	t.Helper()
	cfg, err := config.Parse(config.Path, []byte(src))
	var bad *config.Error
	if !errors.As(err, &bad) || cfg != nil {
		t.Fatalf("Parse = %v, %v; want an *Error", cfg, err)
	}
	if !strings.Contains(bad.Hint(), config.Path) {
		t.Errorf("Hint = %q", bad.Hint())
	}
	return err.Error()
}

// recipient is a public key of which nobody has the private one.
const recipient = "age1a322levagwszq02pmqnc86w7kcm3ekta2jm6sew36h82alxkvftsyvvpdp"

func TestRefusals(t *testing.T) {
	block := func(kind, body string) string { return kind + " {\n" + body + "\n}\n" }
	role := `"arn:aws:iam::123456789012:role/plan"`
	for name, c := range map[string]struct{ src, want string }{
		"unknown argument, near":   {block(`environment "prod"`, `brnch = "x"`), `Did you mean "branch"?`},
		"unknown argument, far":    {block(`environment "prod"`, `colour = "x"`), "Valid: appliers, aws, branch, previous, require, unreviewed, volatile, when_plan_changed."},
		"unknown block":            {block("terrafrom", ""), `Did you mean "terraform"?`},
		"unknown block, inside":    {block(`environment "prod"`, "azure {\n}"), "Valid: appliers, aws,"},
		"unknown at the top":       {`lairs = 1`, "Valid: environment, findings, layer, layers, policies, recovery, scanner, terraform."},
		"a list for a string":      {block("terraform", `version = ["1.11.4"]`), "string required"},
		"a string for a list":      {block("layers", `include = "infra/*"`), "list of string required"},
		"a null in a list":         {block("layers", `include = [null]`), "null"},
		"no label":                 {block("environment", ""), "Missing name for environment"},
		"two labels":               {block(`environment "a" "b"`, ""), "Extraneous label"},
		"duplicate environment":    {block(`environment "a"`, "") + block(`environment "a"`, ""), "defined on line 1 already"},
		"duplicate layer":          {block(`layer "a"`, "") + block(`layer "a"`, ""), "Duplicate layer"},
		"duplicate scanner":        {block(`scanner "trivy"`, "") + block(`scanner "trivy"`, ""), "Duplicate scanner"},
		"duplicate layers":         {block("layers", "") + block("layers", ""), "Duplicate layers block"},
		"duplicate aws":            {block(`environment "a"`, "aws {\n}\naws {\n}"), "Duplicate aws block"},
		"a secret and a variable":  {block(`layer "a"`, "secret \"x\" { env = \"X\" }\nvariable \"x\" { command = \"y\" }"), "Duplicate variable"},
		"unknown previous":         {block(`environment "test"`, "") + block(`environment "prod"`, `previous = "tset"`), `Did you mean "test"?`},
		"previous in a circle":     {block(`environment "a"`, `previous = "b"`) + block(`environment "b"`, `previous = "a"`), "a after b after a"},
		"previous itself":          {block(`environment "a"`, `previous = "a"`), "a after a"},
		"circle met later":         {block(`environment "c"`, `previous = "a"`) + block(`environment "a"`, `previous = "b"`) + block(`environment "b"`, `previous = "a"`), "b after a after b"},
		"bad ARN":                  {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = \"role/plan\"\n}"), "a role's ARN"},
		"a user's ARN":             {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = \"arn:aws:iam::123456789012:user/x\"\n}"), "a role's ARN"},
		"ARN with a line feed":     {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = \"arn:aws:iam::123456789012:role/x\\n\"\n}"), "a role's ARN"},
		"bad region":               {block(`environment "a"`, "aws {\nregion = \"Ireland\"\nplan_role = "+role+"\n}"), "a region such as"},
		"empty role":               {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = \"\"\n}"), "plan_role is empty"},
		"no role":                  {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\n}"), `"plan_role" is required`},
		"one role for both":        {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = "+role+"\napply_role = "+role+"\n}"), "can only read"},
		"version range":            {block("terraform", `version = "~> 1.11"`), "one exact version"},
		"version with a v":         {block("terraform", `version = "v1.11.4"`), "one exact version"},
		"version as a number":      {block("terraform", `version = 1.11`), "one exact version"},
		"no providers":             {block("terraform", `providers = []`), "providers is empty"},
		"any provider":             {block("terraform", `providers = ["*"]`), `"*/*/*"`},
		"part of a provider":       {block("terraform", `providers = ["hashicorp/aw*"]`), "where * stands for one of these as a whole"},
		"provider too long":        {block("terraform", `providers = ["a/b/c/d"]`), "at most host, namespace and type"},
		"provider cut off":         {block("terraform", `providers = ["hashicorp/"]`), "must be a source address"},
		"provider with a scheme":   {block("terraform", `providers = ["https://example.com/a/b"]`), "must be a source address"},
		"provider's host":          {block("terraform", `providers = ["exa_mple.com/a/b"]`), "must be a source address"},
		"provider's version":       {block("terraform", `providers = ["hashicorp/aws@5"]`), "must be a source address"},
		"deny without a kind":      {block("terraform", `deny = ["external"]`), `"external". It must be a kind of block and a type`},
		"deny a slip":              {block("terraform", `deny = ["dta.external"]`), `Did you mean "data"?`},
		"deny a whole kind":        {block("terraform", `deny = ["provisioner"]`), `as in "provisioner.local-exec"`},
		"deny nothing":             {block("terraform", `deny = ["action."]`), `as in "action.*"`},
		"deny an instance":         {block("terraform", `deny = ["data.external.x"]`), `as in "data.external"`},
		"deny by an underscore":    {block("terraform", `deny = ["provisioner.local_exec"]`), `as in "provisioner.local-exec"`},
		"deny a source's space":    {block("terraform", `deny = ["module.a b"]`), `as in "module.git::*"`},
		"pass everything":          {block("terraform", `pass_env = ["*"]`), "must be the name of an environment variable"},
		"pass nearly everything":   {block("terraform", `pass_env = ["AR*"]`), "at least three letters"},
		"pass a star inside":       {block("terraform", `pass_env = ["A*M"]`), "must be the name"},
		"pass an assignment":       {block("terraform", `pass_env = ["A=b"]`), "must be the name"},
		"two sensitive line ends":  {block("terraform", `sensitive = ["a\n"]`), "control character"},
		"empty sensitive":          {block("terraform", `sensitive = [""]`), "sensitive holds an empty glob"},
		"sensitive name":           {block("terraform", `sensitive = ["password"]`), `"password", which names nothing. It must be an address and a path, as in "aws_db_instance.main.password", or "**.password"`},
		"session too short":        {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = "+role+"\nsession_duration = \"10m\"\n}"), "15 minutes to 12 hours"},
		"session too long":         {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = "+role+"\nsession_duration = \"13h\"\n}"), "15 minutes to 12 hours"},
		"session of half a second": {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = "+role+"\nsession_duration = \"3600.5s\"\n}"), "whole seconds"},
		"session without a unit":   {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = "+role+"\nsession_duration = \"3600\"\n}"), "as in \"1h\""},
		"session policy":           {block(`environment "a"`, "aws {\nregion = \"eu-west-1\"\nplan_role = "+role+"\nsession_policy = \"non\"\n}"), `Did you mean "none"?`},
		"may change is no bool":    {block(`layer "a"`, `backend_may_change = "perhaps"`), "a bool is required"},
		"unknown binary":           {block("terraform", `binary = "opentofu"`), `Did you mean "tofu"?`},
		"invalid glob":             {block("layers", `include = ["infra/[a"]`), "is no glob"},
		"glob outside":             {block("layers", `exclude = ["../*"]`), "stay inside"},
		"absolute glob":            {block("layers", `var_files = ["/etc/*.tfvars"]`), "stay inside"},
		"unknown placeholder":      {block("layers", `var_files = ["{dir}/{environment}.tfvars"]`), "Valid: dir, env, layer"},
		"near placeholder":         {block("layers", "backend {\nfile = \"{layr}.hcl\"\n}"), `Did you mean "layer"?`},
		"placeholder in a value":   {block("layers", "backend {\nvalues = { key = \"{foo}/x\" }\n}"), "values.key has {foo}"},
		"unfinished placeholder":   {block("layers", `var_files = ["{dir/x.tfvars"]`), "braces do not match"},
		"backend file outside":     {block("layers", "backend {\nfile = \"../b.hcl\"\n}"), "stay inside"},
		"backend argument":         {block("layers", "backend {\nvalues = { \"-x y\" = \"1\" }\n}"), "no name of a backend argument"},
		"when_plan_changed":        {block(`environment "a"`, `when_plan_changed = "aply"`), `Did you mean "apply"? Valid: stop, apply.`},
		"unreviewed":               {block(`environment "a"`, `unreviewed = "yes"`), "Valid: stop, apply."},
		"secret without a source":  {block(`layer "a"`, "secret \"x\" {\n}"), "exactly one of env, file, onepassword and aws"},
		"secret with two sources":  {block(`layer "a"`, "secret \"x\" {\nenv = \"X\"\nonepassword = \"op://a/b/c\"\n}"), "exactly one of env, file, onepassword and aws"},
		"secret's env":             {block(`layer "a"`, `secret "x" { env = "A B" }`), "environment variable"},
		"secret's reference":       {block(`layer "a"`, `secret "x" { onepassword = "infra/x" }`), "op://vault/item/field"},
		"secret's name":            {block(`layer "a"`, `secret "x y" { env = "A" }`), "no name of a Terraform variable"},
		"variable without command": {block(`layer "a"`, `variable "x" { default = "1" }`), "needs a command"},
		"unknown source":           {block(`layer "a"`, `secret "x" { onepasword = "op://a/b/c" }`), `Did you mean "onepassword"?`},
		"far from any source":      {block(`layer "a"`, `secret "x" { vault = "a" }`), "Valid: aws, env, file, onepassword."},
		"relative file":            {block(`layer "a"`, `secret "x" { file = "secrets/acr" }`), "absolute path"},
		"file with dots":           {block(`layer "a"`, `secret "x" { file = "/run/../etc/shadow" }`), "absolute path"},
		"file with a line feed":    {block(`layer "a"`, `secret "x" { file = "/run/x\n" }`), "absolute path"},
		"another service's ARN":    {block(`layer "a"`, `secret "x" { aws = "arn:aws:ssm:eu-west-1:123456789012:parameter/x" }`), "name or ARN"},
		"AWS key without a name":   {block(`layer "a"`, `secret "x" { aws = "acr#" }`), "name or ARN"},
		"AWS name with a space":    {block(`layer "a"`, `secret "x" { aws = "a cr" }`), "name or ARN"},
		"open quote":               {block(`layer "a"`, `variable "x" { command = "echo 'a" }`), "left open"},
		"open bracket":             {block(`layer "a"`, `variable "x" { command = "echo (a" }`), "left open"},
		"escape at the end":        {block(`layer "a"`, `variable "x" { command = "echo \\" }`), "left open"},
		"two lines":                {block(`layer "a"`, `variable "x" { command = "echo a\necho b" }`), "a line ends"},
		"pipe":                     {block(`layer "a"`, `variable "x" { command = "git tag | tail -1" }`), `"| tail -1" outside quotes. It is started without a shell`},
		"redirection":              {block(`layer "a"`, `variable "x" { command = "git tag 2>/dev/null" }`), `"2>/dev/null" outside quotes`},
		"semicolon":                {block(`layer "a"`, `variable "x" { command = "cd x; git tag" }`), "without a shell"},
		"and":                      {block(`layer "a"`, `variable "x" { command = "true && git tag" }`), "without a shell"},
		"command in a command":     {block(`layer "a"`, `variable "x" { command = "echo $(git tag)" }`), "without a shell"},
		"the same in quotes":       {block(`layer "a"`, `variable "x" { command = "echo \"$(git tag)\"" }`), "without a shell"},
		"backticks":                {block(`layer "a"`, "variable \"x\" { command = \"echo `git tag`\" }"), "without a shell"},
		"shell variable":           {block(`layer "a"`, `variable "x" { command = "echo $HOME" }`), "command has $HOME"},
		"the same in double":       {block(`layer "a"`, `variable "x" { command = "echo \"a $HOME\"" }`), "command has $HOME"},
		"assignment":               {block(`layer "a"`, `variable "x" { command = "LC_ALL=C git tag" }`), "which is no program"},
		"empty program":            {block(`layer "a"`, `variable "x" { command = "'' a" }`), "which is no program"},
		"program of the checkout":  {block(`layer "a"`, `variable "x" { command = "scripts/version.sh" }`), "A pull request could replace that file"},
		"the same, with a dot":     {block(`layer "a"`, `variable "x" { command = "./version.sh" }`), "A pull request could replace that file"},
		"recovery without anyone":  {block("recovery", ""), `"recipients" is required`},
		"recovery for nobody":      {block("recovery", "recipients = []"), "encrypted for nobody"},
		"recipient cut short":      {block("recovery", `recipients = ["age1a322levagwszq02pmqnc86w7kcm3ekta2jm6sew36h82alxkvft"]`), "must be an age public key"},
		"recipients in one string": {block("recovery", `recipients = ["`+recipient+`\n`+recipient+`"]`), "must be an age public key"},
		"a comment":                {block("recovery", `recipients = ["# me"]`), "must be an age public key"},
		"another kind of SSH key":  {block("recovery", `recipients = ["ecdsa-sha2-nistp256 AAAA"]`), "must be an age public key"},
		"broken SSH key":           {block("recovery", `recipients = ["ssh-ed25519 AAAA"]`), "must be an age public key"},
		"two recoveries":           {block("recovery", `recipients = ["`+recipient+`"]`) + block("recovery", `recipients = ["`+recipient+`"]`), "Duplicate recovery block"},
		"volatile everything":      {block(`environment "a"`, `volatile = ["**"]`), "leaves nothing of a plan to be compared"},
		"volatile with a line end": {block(`environment "a"`, `volatile = ["a.b\n"]`), "control character"},
		"two on one line":          {block(`layer "a"`, `variable "x" { command = "c" default = "1" }`), "single-line block"},
		"team without an at sign":  {block(`environment "a"`, `appliers = ["acme/platform"]`), "must be a team"},
		"login with an at sign":    {block(`environment "a"`, `appliers = ["@octocat"]`), "must be a team"},
		"empty applier":            {block(`environment "a"`, `appliers = [""]`), "must be a team"},
		"unknown requirement":      {block(`environment "a"`, `require = ["aproved"]`), `Did you mean "approved"?`},
		"empty volatile":           {block(`environment "a"`, `volatile = [" "]`), "empty glob"},
		"environment's name":       {block(`environment "../prod"`, ""), "letters, digits"},
		"environment's line feed":  {block(`environment "prod\n"`, ""), "letters, digits"},
		"environment without name": {block(`environment ""`, ""), "letters, digits"},
		"branch git refuses":       {block(`environment "a"`, `branch = "a..b"`), "git does not allow"},
		"branch that is a flag":    {block(`environment "a"`, `branch = "--upload-pack=x"`), "git does not allow"},
		"layer's name":             {block(`layer "../x"`, ""), "no name of a layer"},
		"layer called all":         {block(`layer "all"`, ""), "no name of a layer"},
		"layer that is a flag":     {block(`layer "-x"`, ""), "no name of a layer"},
		"dependency's name":        {block(`layer "a"`, `depends_on = ["$(x)"]`), "no name of a layer"},
		"dependency on itself":     {block(`layer "a"`, `depends_on = ["a"]`), "cannot depend on itself"},
		"unknown scanner":          {block(`scanner "trivvy"`, ""), `Did you mean "trivy"?`},
		"unknown severity":         {block(`scanner "trivy"`, `fail_on = "hihg"`), `Did you mean "high"?`},
		"required is no string":    {block(`scanner "trivy"`, `required = "perhaps"`), "a bool is required"},
		"policies outside":         {block("policies", `paths = ["/etc"]`), "relative to the root"},
		"policies' severity":       {block("policies", `fail_on = "all"`), "Valid: low, medium, high, critical."},
		"no policies":              {block("policies", `paths = []`), "leave the block out"},
		"manifests outside":        {block("policies", `manifests = ["../x.yaml"]`), "relative to the root"},
		"scanner's version":        {block(`scanner "trivy"`, `version = "~> 0.66"`), "one exact version"},
		"scanner's checksum":       {block(`scanner "trivy"`, `sha256 = "abc"`), "64 characters"},
		"scope of findings":        {block("findings", `scope = "mine"`), "Valid: new, all."},
		"variable":                 {block("terraform", `version = foo`), "Variables not allowed"},
		"function":                 {block("terraform", `version = file("/etc/passwd")`), "has no functions"},
		"template":                 {block("terraform", `version = "${env}"`), "without the dollar sign"},
		"operator":                 {block(`scanner "trivy"`, "required = !true"), "no operators"},
		"parenthesis":              {block(`scanner "trivy"`, "required = (true)"), "no expressions"},
		"not UTF-8":                {"a = \"\xff\"", "UTF-8"},
		"cut off":                  {`environment "a" {`, "Unclosed configuration block"},
		"JSON":                     {`{"layers": {}}`, "Argument or block definition required"},
		"a heap of brackets":       {"a = " + strings.Repeat("[", 1<<17), "Nested too deeply"},
		"a heap of blocks":         {strings.Repeat("a {\n", 1<<15), "Nested too deeply"},
		"a heap of minus":          {"a = " + strings.Repeat("-", 1<<17), "no operators"},
		"more than a megabyte":     {strings.Repeat("\n", 1<<20+1), "1048577 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refused(t, c.src); !strings.Contains(got, c.want) {
				t.Errorf("%s\ngot  %s\nwant %s", c.src[:min(len(c.src), 300)], got, c.want)
			}
		})
	}
}

func TestVariablesThatAreNeverPassed(t *testing.T) {
	for why, names := range map[string]string{
		"Credentials for AWS":     "AWS_SESSION_TOKEN AWS_* aws_profile AWS*",
		"steers Terraform itself": "TF_CLI_ARGS TF_VAR_x TF_REATTACH_PROVIDERS TF_* TF_VAR_*",
		"belongs to the job":      "GITHUB_TOKEN ACTIONS_ID_TOKEN_REQUEST_TOKEN RUNNER_TEMP LAYERBOT_KEY OP_SERVICE_ACCOUNT_TOKEN SSH_AUTH_SOCK GIT_SSH_COMMAND GIT* INPUT_APP* ACT*",
		"It steers the programs": "PATH path HOME LD_PRELOAD LD_* DYLD_INSERT_LIBRARIES NODE_OPTIONS PYTHONPATH PYT* PERL5LIB RUBYOPT JAVA_TOOL_OPTIONS BASH_ENV " +
			"HTTPS_PROXY https_proxy NO_PROXY MY_PROXY HTTP* SSL_CERT_FILE GODEBUG XDG_CONFIG_HOME EDITOR",
	} {
		for name := range strings.FieldsSeq(names) {
			if got := refused(t, "terraform {\npass_env = [\""+name+"\"]\n}\n"); !strings.Contains(got, why) || !strings.Contains(got, `"`+name+`"`) {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
}

func TestNoErrorRepeatsAPrivateKey(t *testing.T) {
	for name, key := range map[string]string{
		"age":        "AGE-SECRET-KEY-1QQPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQCANARY",
		"hybrid":     "AGE-SECRET-KEY-PQ-1CANARY",
		"lower case": "age-secret-key-1canary",
		"plugin":     "AGE-PLUGIN-YUBIKEY-1CANARY",
		"OpenSSH":    `-----BEGIN OPENSSH PRIVATE KEY-----\nCANARY\n-----END OPENSSH PRIVATE KEY-----`,
		"cut off":    `-----BEGIN PRIVATE KEY-----\nCANARY`,
		"long":       `-----BEGIN RSA PRIVATE KEY-----\n` + strings.Repeat("CANARY", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			for _, src := range []string{
				`recovery { recipients = ["` + key + `"] }`,
				`recovery { recipients = ["` + key + `"], }`,        // no HCL
				`recovery { recipient = "` + key + `" }`,            // misspelt
				`terraform { version = "` + key + `" }`,             // misplaced
				`layer "a" { depends_on = ["x", "` + key + `\n"] }`, // the detail repeats it, too
			} {
				got := refused(t, src)
				if strings.Contains(strings.ToUpper(got), "CANARY") {
					t.Errorf("%s\n%s", src, got)
				}
			}
			lines := strings.ReplaceAll(key, `\n`, "\n")
			got := refused(t, "recovery {\n  recipients = [<<-EOT\n    "+lines+"\n    EOT\n  ]\n}\n")
			if strings.Contains(strings.ToUpper(got), "CANARY") || !strings.Contains(got, "which everybody") {
				t.Errorf("as lines: %s", got)
			}
			if got := refused(t, `recovery { recipients = ["`+key+`"] }`); !strings.Contains(got, "age-keygen") || !strings.Contains(got, "line 1") {
				t.Error(got)
			}
		})
	}
}

func TestManyProblemsAreCountedNotListed(t *testing.T) {
	got := refused(t, strings.Repeat("scanner \"trivvy\" {}\n", 40))
	if shown := strings.Count(got, "Error: "); shown != 10 || !strings.HasSuffix(got, "and 69 more") {
		t.Errorf("%d problems:\n%s", shown, got)
	}
}

func TestLongLinesAreCut(t *testing.T) {
	got := refused(t, "terraform { version = \""+strings.Repeat("é", 1<<18)+"\" }")
	if len(got) > 2000 || !utf8.ValidString(got) {
		t.Errorf("%d bytes: %.300s", len(got), got)
	}
}

func FuzzParse(f *testing.F) {
	src, err := os.ReadFile("testdata/example.hcl")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(src))
	f.Add("layers { include = [null, true, {}] }")
	f.Add("environment \"a\" {\n previous = \"a\"\n aws {\n region = null\n}\n}")
	f.Add("layer \"a\" {\n variable \"x\" { command = \"git '' \\\"$(a)\\\" 2>x `b` $c\" }\n secret \"y\" { aws = \"a#b\" }\n}")
	f.Add("recovery { recipients = [\"" + recipient + "\", \"AGE-SECRET-KEY-1\"] }")
	f.Add("terraform {\n providers = [\"a/b/c\", \"*\"]\n deny = [\"data.\", \"module.x\"]\n pass_env = [\"A*\", \"PATH\"]\n sensitive = [\"**\"]\n}")
	f.Add("layers { var_files = [for x in [\"a\"] : x] }")
	f.Fuzz(func(t *testing.T, src string) {
		cfg, err := config.Parse(config.Path, []byte(src))
		if (cfg == nil) == (err == nil) {
			t.Fatalf("Parse = %v, %v", cfg, err)
		}
		if err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
		if cfg != nil {
			for _, e := range cfg.Environments {
				if e.Name == "" || e.Branch == "" || e.WhenPlanChanged == "" || e.Unreviewed == "" {
					t.Errorf("defaults are missing: %+v", e)
				}
			}
		}
	})
}
