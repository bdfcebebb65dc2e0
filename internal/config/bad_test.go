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

func TestRefusals(t *testing.T) {
	block := func(kind, body string) string { return kind + " {\n" + body + "\n}\n" }
	role := `"arn:aws:iam::123456789012:role/plan"`
	for name, c := range map[string]struct{ src, want string }{
		"unknown argument, near":   {block(`environment "prod"`, `brnch = "x"`), `Did you mean "branch"?`},
		"unknown argument, far":    {block(`environment "prod"`, `colour = "x"`), "Valid: appliers, aws, branch, previous, require, unreviewed, volatile, when_plan_changed."},
		"unknown block":            {block("terrafrom", ""), `Did you mean "terraform"?`},
		"unknown block, inside":    {block(`environment "prod"`, "azure {\n}"), "Valid: appliers, aws,"},
		"unknown at the top":       {`lairs = 1`, "Valid: environment, layer, layers, policies, scanner, terraform."},
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
		"secret without a source":  {block(`layer "a"`, "secret \"x\" {\n}"), "exactly one of env and onepassword"},
		"secret with two sources":  {block(`layer "a"`, "secret \"x\" {\nenv = \"X\"\nonepassword = \"op://a/b/c\"\n}"), "exactly one of env and onepassword"},
		"secret's env":             {block(`layer "a"`, `secret "x" { env = "A B" }`), "environment variable"},
		"secret's reference":       {block(`layer "a"`, `secret "x" { onepassword = "infra/x" }`), "op://vault/item/field"},
		"secret's name":            {block(`layer "a"`, `secret "x y" { env = "A" }`), "no name of a Terraform variable"},
		"variable without command": {block(`layer "a"`, `variable "x" { default = "1" }`), "needs a command"},
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
