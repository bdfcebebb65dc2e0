// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"strings"
	"testing"
)

// TestUnmasked says which calls of nonsensitive are on what is declared sensitive.
func TestUnmasked(t *testing.T) {
	const declared = "-- a/variables.tf --\nvariable \"password\" {\n  sensitive = true\n}\nvariable \"token\" {\n  ephemeral = true\n}\nvariable \"plain\" {}\nvariable \"open\" {\n  sensitive = false\n}\n"
	for name, c := range map[string]struct{ code, want string }{
		"directly":                      {`nonsensitive(var.password)`, "var.password"},
		"within functions":              {`upper(nonsensitive(base64encode("x${var.password}")))`, "var.password"},
		"what is ephemeral":             {`nonsensitive(var.token)`, "var.token"},
		"a part of it":                  {`nonsensitive(var.password["a"].b)`, "var.password"},
		"by its full name":              {`core::nonsensitive(var.password)`, "var.password"},
		"in a template":                 {`"a ${nonsensitive(var.password)} b"`, "var.password"},
		"in a directive":                {`"%{if true}${nonsensitive(var.password)}%{endif}"`, "var.password"},
		"in a heredoc":                  {"<<EOT\n${nonsensitive(var.password)}\nEOT", "var.password"},
		"in a condition":                {`true ? nonsensitive(var.password) : ""`, "var.password"},
		"in a for expression":           {`[for x in [1] : nonsensitive(var.password)]`, "var.password"},
		"item by item":                  {`[for p in var.password : nonsensitive(p)]`, "var.password"},
		"key by key":                    {`{for k, v in var.password : nonsensitive(k) => 1}`, "var.password"},
		"items of items":                {`[for p in var.password : [for q in p.x : nonsensitive(q.y)]]`, "var.password"},
		"all items":                     {`nonsensitive([for p in var.password : p])`, "var.password"},
		"through a local":               {`nonsensitive(local.a)`, "var.password"},
		"through locals":                {`nonsensitive(local.c)`, "var.password"},
		"what is plain":                 {`nonsensitive(var.plain)`, ""},
		"what is said not to be":        {`nonsensitive(var.open)`, ""},
		"a local that is plain":         {`nonsensitive(local.z)`, ""},
		"what only a provider knows":    {`nonsensitive(aws_ssm_parameter.x.value)`, ""},
		"what another layer says":       {`nonsensitive(data.terraform_remote_state.x.outputs.y)`, ""},
		"an item of what is plain":      {`[for password in var.plain : nonsensitive(password)]`, ""},
		"something else beside it":      {`[nonsensitive(var.plain), var.password]`, ""},
		"another function":              {`sensitive(var.password)`, ""},
		"text":                          {`"nonsensitive(var.password)"`, ""},
		"escaped":                       {`"$${nonsensitive(var.password)}"`, ""},
		"a module's output":             {`nonsensitive(module.m.secret)`, "module.m.secret"},
		"a module's output, by index":   {`nonsensitive(module.m[0].secret)`, "module.m.secret"},
		"all of a module":               {`nonsensitive(module.m)`, "module.m"},
		"all of several":                {`nonsensitive(module.m[*].secret)`, "module.m"},
		"another output":                {`nonsensitive(module.m.plain)`, ""},
		"what a module makes of it":     {`nonsensitive(module.m.made)`, "module.m.made"},
		"a module that is not here":     {`nonsensitive(module.far.secret)`, ""},
		"of two, that which is":         {`nonsensitive("${var.plain}${var.password}")`, "var.password"},
		"a name of the same letters":    {`nonsensitive(local.password)`, ""},
		"a resource of the same letter": {`nonsensitive(var_x.password)`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := declared + "-- a/locals.tf --\nlocals {\n  c = [local.b]\n  b = {x = local.a}\n  a = \"${var.password}\"\n  z = var.plain\n  password = 1\n}\n" +
				"-- a/main.tf --\nmodule \"m\" {\n  source = \"./m\"\n  given = var.password\n}\noutput \"x\" {\n  value = " + c.code + "\n}\n" +
				"-- a/m/main.tf --\nvariable \"given\" {}\noutput \"secret\" {\n  value = 1\n  sensitive = true\n}\noutput \"plain\" {\n  value = 1\n}\noutput \"made\" {\n  value = var.given\n}\n"
			var got string
			for _, u := range inspect(t, files).Unmasked {
				got += u.Name
				if u.File != "a/main.tf" || u.Line < 6 || u.Line > 7 {
					t.Errorf("at %s:%d", u.File, u.Line)
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestUnmaskedWithinModulesAndJSON(t *testing.T) {
	got := say(inspect(t, `
-- a/main.tf.json --
{
  "variable": {"password": {"sensitive": true}, "plain": {"sensitive": false}},
  "locals": {"a": "${var.password}"},
  "output": {
    "one": {"value": "${nonsensitive(var.password)}"},
    "two": {"value": ["x ${ upper(nonsensitive(local.a)) }"]},
    "three": {"value": "${nonsensitive(var.plain)}"},
    "four": {"value": {"${nonsensitive(module.m.deep)}": 1}}
  },
  "module": {"m": {"source": "../m", "given": "${local.a}"}}
}
-- m/main.tf --
variable "given" {}
output "deep" {
  value = "${var.given}"
}
locals {
  x = nonsensitive(var.given)
}
`))
	want := `unmasked var.password a/main.tf.json:5
unmasked module.m.deep a/main.tf.json:8
unmasked var.given m/main.tf:6
`
	if got != want { // that on line 6 has the name of that on line 5
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestUnmaskedThroughManyLocals follows a chain whose order in the file is the worst.
func TestUnmaskedThroughManyLocals(t *testing.T) {
	var b strings.Builder
	b.WriteString("-- a/main.tf --\nvariable \"p\" {\n  sensitive = true\n}\nlocals {\n  x0 = var.p\n")
	const many = 20_000
	for i := many; i > 0; i-- {
		fmt.Fprintf(&b, "  x%d = local.x%d\n", i, i-1)
	}
	fmt.Fprintf(&b, "  y = nonsensitive(local.x%d)\n  z = local.z\n}\n", many)
	if got := say(inspect(t, b.String())); got != fmt.Sprintf("unmasked var.p a/main.tf:%d\n", many+6) {
		t.Error(got)
	}
}
