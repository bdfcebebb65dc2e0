// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// whereabouts writes where each target keeps its state and what it reads: "a/dev: s3 bucket key < s3 bucket key".
func whereabouts(m *Map) string {
	var b strings.Builder
	write := func(p Place) {
		fmt.Fprintf(&b, " %s", strings.Join(strings.Fields(fmt.Sprint(p.Backend, " ", p.Endpoint, " ", p.Bucket, " ", p.Key)), " "))
	}
	for _, t := range m.Targets {
		b.WriteString(t.ID() + ":")
		if p, ok := m.Place(t.ID()); ok {
			write(p)
		} else {
			b.WriteString(" ?")
		}
		for _, p := range m.Reads(t.ID()) {
			b.WriteString(" <")
			write(p)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func backendOf(kind, body string) string {
	return "-- a/main.tf --\nterraform {\n  backend \"" + kind + "\" {\n" + body + "\n  }\n}\n"
}

func TestPlace(t *testing.T) {
	const perWorkspace = "-- a/dev.tfvars --\nx = 1\n-- a/prod.tfvars --\nx = 2\n-- a/locals.tf --\nlocals {\n  w = terraform.workspace\n}\n"
	for name, c := range map[string]struct {
		files string
		opts  Options
		want  string
	}{
		"complete in the code":          {files: backendOf("s3", "bucket = \"b\"\nkey = \"k/x.tfstate\"\nregion = \"eu-west-1\""), want: "a/default: s3 b k/x.tfstate\n"},
		"in a backend file":             {files: backendOf("s3", "") + "-- a/environments/dev/backend-config.hcl --\nbucket = \"b-dev\"\nkey = \"k\"\n-- a/environments/prod/backend-config.hcl --\nbucket = \"b-prod\"\nkey = \"k\"\n", want: "a/dev: s3 b-dev k\na/prod: s3 b-prod k\n"},
		"of a store that is not AWS":    {files: backendOf("s3", "") + "-- a/environments/dev/backend-config.hcl --\nbucket = \"b\"\nkey = \"k\"\nuse_path_style = true\nskip_region_validation = true\nskip_credentials_validation = true\n", want: "a/dev: s3 b k\n"},
		"variables of a backend":        {files: backendOf("s3", "bucket = \"b\"\nkey = \"k\"") + "-- a/backend-dev.tfvars --\nkey = \"no\"\nimage = 1\nport = 2\n", want: "a/dev: s3 b k\n"},
		"in part in a backend file":     {files: backendOf("s3", "bucket = \"b\"") + "-- a/dev.s3.tfbackend --\nkey = \"dev/k\"\n", want: "a/dev: s3 b dev/k\n"},
		"in the configuration":          {files: backendOf("s3", "bucket = \"b\""), opts: Options{Environments: []string{"dev", "prod"}, BackendValues: map[string]string{"key": "{env}/{layer}/terraform.tfstate"}}, want: "a/dev: s3 b dev/a/terraform.tfstate\na/prod: s3 b prod/a/terraform.tfstate\n"},
		"the file over the code":        {files: backendOf("s3", "bucket = \"b\"\nkey = \"code\"") + "-- a/dev.tfbackend --\nkey = \"file\"\n", want: "a/dev: s3 b file\n"},
		"the configuration over both":   {files: backendOf("s3", "bucket = \"b\"\nkey = \"code\"") + "-- a/dev.tfbackend --\nkey = \"file\"\n", opts: Options{BackendValues: map[string]string{"key": "values"}}, want: "a/dev: s3 b values\n"},
		"an override file over all":     {files: backendOf("s3", "bucket = \"b\"\nkey = \"code\"") + "-- a/x_override.tf --\nterraform {\n  backend \"s3\" {\n    bucket = \"o\"\n    key = \"p\"\n  }\n}\n", want: "a/default: s3 o p\n"},
		"with dots in its name":         {files: backendOf("s3", "bucket = \"b\"\nkey = \"code\"") + "-- a/a.a_override.tf.json --\n{\"terraform\":{\"backend\":{\"s3\":{\"bucket\":\"o\",\"key\":\"p\"}}}}\n", want: "a/default: s3 o p\n"},
		"a word of override in it":      {files: "-- a/override.main.tf --\nterraform {\n  backend \"s3\" {\n    bucket = \"o\"\n    key = \"p\"\n  }\n}\n-- a/x_override.tf --\nterraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"k\"\n  }\n}\n", want: "a/default: s3 b k\n"},
		"a slash before the key":        {files: backendOf("s3", "bucket = \"b\"\nkey = \"/k\""), want: "a/default: s3 b k\n"},
		"workspaces":                    {files: backendOf("s3", "bucket = \"b\"\nkey = \"k\"") + perWorkspace, want: "a/dev: s3 b env:/dev/k\na/prod: s3 b env:/prod/k\n"},
		"workspaces with a prefix":      {files: backendOf("s3", "bucket = \"b\"\nkey = \"k\"\nworkspace_key_prefix = \"w/x/\"") + perWorkspace, want: "a/dev: s3 b w/x/dev/k\na/prod: s3 b w/x/prod/k\n"},
		"the workspace that is default": {files: backendOf("s3", "bucket = \"b\"\nkey = \"k\"") + "-- a/locals.tf --\nlocals {\n  w = terraform.workspace\n}\n", want: "a/default: s3 b k\n"},
		"another endpoint":              {files: backendOf("s3", "bucket = \"b\"\nkey = \"k\"\nendpoints = {\n s3 = \"https://s3.example\"\n}"), want: "a/default: s3 https://s3.example b k\n"},
		"an endpoint in a file":         {files: backendOf("s3", "bucket = \"b\"\nkey = \"k\"") + "-- a/dev.tfbackend --\nendpoint = \"https://s3.example\"\n", want: "a/dev: s3 https://s3.example b k\n"},
		"a bucket that nobody says":     {files: backendOf("s3", "key = \"k\""), want: "a/default: ?\n"},
		"a key that only it knows":      {files: backendOf("s3", "bucket = \"b\"\nkey = \"x/${var.x}\""), want: "a/default: ?\n"},
		"an endpoint only it knows":     {files: backendOf("s3", "bucket = \"b\"\nkey = \"k\"\nendpoint = var.x"), want: "a/default: ?\n"},
		"none":                          {files: "-- a/main.tf --\nprovider \"aws\" {}\n", want: "a/default: local local a/terraform.tfstate\n"},
		"a local one":                   {files: backendOf("local", "path = \"../states/a.tfstate\""), want: "a/default: local local states/a.tfstate\n"},
		"local workspaces":              {files: backendOf("local", "") + perWorkspace, want: "a/dev: local local a/terraform.tfstate.d/dev/terraform.tfstate\na/prod: local local a/terraform.tfstate.d/prod/terraform.tfstate\n"},
		"gcs":                           {files: backendOf("gcs", "bucket = \"b\"\nprefix = \"p\""), want: "a/default: gcs b p/default.tfstate\n"},
		"gcs without a prefix":          {files: backendOf("gcs", "bucket = \"b\""), want: "a/default: gcs b default.tfstate\n"},
		"gcs workspaces":                {files: backendOf("gcs", "bucket = \"b\"\nprefix = \"p\"") + perWorkspace, want: "a/dev: gcs b p/dev.tfstate\na/prod: gcs b p/prod.tfstate\n"},
		"azurerm":                       {files: backendOf("azurerm", "storage_account_name = \"s\"\ncontainer_name = \"c\"\nkey = \"k\""), want: "a/default: azurerm s/c k\n"},
		"azurerm workspaces":            {files: backendOf("azurerm", "storage_account_name = \"s\"\ncontainer_name = \"c\"\nkey = \"k\"") + perWorkspace, want: "a/dev: azurerm s/c kenv:dev\na/prod: azurerm s/c kenv:prod\n"},
		"http":                          {files: backendOf("http", "address = \"https://states.example/a\""), want: "a/default: http http https://states.example/a\n"},
		"remote":                        {files: backendOf("remote", "hostname = \"tfe.example\"\norganization = \"o\"\nworkspaces {\n name = \"w\"\n}"), want: "a/default: remote tfe.example o w\n"},
		"cloud":                         {files: "-- a/main.tf --\nterraform {\n  cloud {\n    organization = \"o\"\n    workspaces {\n      name = \"w\"\n    }\n  }\n}\n", want: "a/default: cloud o w\n"},
		"in JSON":                       {files: "-- a/main.tf.json --\n{\"terraform\":{\"backend\":{\"s3\":{\"bucket\":\"b\",\"key\":\"k\",\"endpoints\":{\"s3\":\"https://e\"}}}}}\n", want: "a/default: s3 https://e b k\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, whereabouts(discover(t, treeOf(c.files), c.opts))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	m := discover(t, treeOf(layerAt("01-a", "a")), Options{})
	if p, ok := m.Place("02-b/default"); ok || m.Reads("02-b/default") != nil {
		t.Errorf("of nothing: %+v", p)
	}
	if p, ok := new(Map).Place("x"); ok || new(Map).Reads("x") != nil {
		t.Errorf("in no map: %+v", p)
	}
}

func TestReads(t *testing.T) {
	state := func(config, more string) string {
		return "-- b/main.tf --\nterraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"b\"\n  }\n}\nvariable \"env\" {\n  default = \"dev\"\n}\n" +
			"data \"terraform_remote_state\" \"x\" {\n  backend = \"s3\"\n  config = {\n" + config + "\n  }\n" + more + "\n}\n"
	}
	for name, c := range map[string]struct {
		files string
		opts  Options
		want  string // of the target b/…
	}{
		"a layer":                         {files: layerAt("a", "a") + state("bucket = \"b\"\nkey = \"a\"", ""), want: "b/default: s3 b b < s3 b a"},
		"a state of nobody here":          {files: state("bucket = \"elsewhere\"\nkey = \"x/y\"", ""), want: "b/default: s3 b b < s3 elsewhere x/y"},
		"with a variable":                 {files: state("bucket = \"b\"\nkey = \"${var.env}/x\"", ""), want: "b/default: s3 b b < s3 b dev/x"},
		"in a workspace":                  {files: state("bucket = \"b\"\nkey = \"x\"", "workspace = \"w\""), want: "b/default: s3 b b < s3 b env:/w/x"},
		"in a workspace, with a prefix":   {files: state("bucket = \"b\"\nkey = \"x\"\nworkspace_key_prefix = \"p\"", "workspace = \"w\""), want: "b/default: s3 b b < s3 b p/w/x"},
		"in the default workspace":        {files: state("bucket = \"b\"\nkey = \"x\"", "workspace = \"default\""), want: "b/default: s3 b b < s3 b x"},
		"in a workspace only it knows":    {files: state("bucket = \"b\"\nkey = \"x\"", "workspace = aws_x.y"), want: "b/default: s3 b b"},
		"a key only it knows":             {files: state("bucket = \"b\"\nkey = aws_x.y", ""), want: "b/default: s3 b b"},
		"its own":                         {files: state("bucket = \"b\"\nkey = \"b\"", ""), want: "b/default: s3 b b"},
		"of another backend":              {files: strings.Replace(state("bucket = \"b\"\nprefix = \"x\"", ""), "backend = \"s3\"", "backend = \"gcs\"", 1), want: "b/default: s3 b b < gcs b x/default.tfstate"},
		"of a backend only it knows":      {files: strings.Replace(state("bucket = \"b\"\nkey = \"x\"", ""), "backend = \"s3\"", "backend = aws_x.y", 1), want: "b/default: s3 b b"},
		"at another endpoint":             {files: state("bucket = \"b\"\nkey = \"b\"\nendpoint = \"https://e\"", ""), want: "b/default: s3 b b < s3 https://e b b"},
		"twice the same":                  {files: state("bucket = \"b\"\nkey = \"x\"", "") + "-- b/more.tf --\n" + readsState("x"), want: "b/default: s3 b b < s3 b x"},
		"several, sorted":                 {files: state("bucket = \"b\"\nkey = \"z\"", "") + "-- b/more.tf --\n" + readsState("x"), want: "b/default: s3 b b < s3 b x < s3 b z"},
		"by a module that it calls":       {files: layerAt("b", "b") + "module \"m\" {\n  source = \"../modules/m\"\n  key = \"given\"\n}\n-- modules/m/main.tf --\nvariable \"key\" {}\n" + readsState("${var.key}"), want: "b/default: s3 b b < s3 b given"},
		"a layer of unknown bucket":       {files: layerAt("a", "a") + state("bucket = aws_x.y\nkey = \"a\"", ""), want: "b/default: s3 b b < s3 b a"},
		"as the configuration says":       {files: layerAt("a", "a") + layerAt("b", "b"), opts: Options{DependsOn: map[string][]string{"b": {"a"}}}, want: "b/default: s3 b b < s3 b a"},
		"not what only a number precedes": {files: layerAt("01-a", "a") + layerAt("b", "b"), want: "b/default: s3 b b"},
		"what reads each other":           {files: layerAt("a", "a") + readsState("b") + layerAt("b", "b") + readsState("a"), want: "b/default: s3 b b < s3 b a"},
		"the workspace it runs in": {
			files: layerAt("a", "a") + "locals {\n  w = terraform.workspace\n}\n-- a/dev.tfvars --\nx = 1\n-- a/prod.tfvars --\nx = 1\n" + layerAt("b", "b") +
				strings.TrimSuffix(readsState("a"), "}\n") + "  workspace = terraform.workspace\n}\n-- b/dev.tfvars --\nx = 1\n-- b/prod.tfvars --\nx = 1\n",
			want: "b/dev: s3 b env:/dev/b < s3 b env:/dev/a\nb/prod: s3 b env:/prod/b < s3 b env:/prod/a",
		},
		"its environment's": {
			files: "-- a/main.tf --\nterraform {\n  backend \"s3\" {}\n}\n-- a/environments/dev/backend.hcl --\nbucket = \"dev\"\nkey = \"a\"\n-- a/environments/prod/backend.hcl --\nbucket = \"prod\"\nkey = \"a\"\n" +
				"-- b/main.tf --\nterraform {\n  backend \"s3\" {}\n}\nvariable \"env\" {}\n" + strings.Replace(readsState("a"), `"b"`, `"${var.env}"`, 1) +
				"-- b/environments/dev/backend.hcl --\nbucket = \"dev\"\nkey = \"b\"\n-- b/environments/dev/x.tfvars --\nenv = \"dev\"\n-- b/environments/prod/backend.hcl --\nbucket = \"prod\"\nkey = \"b\"\n-- b/environments/prod/x.tfvars --\nenv = \"prod\"\n",
			want: "b/dev: s3 dev b < s3 dev a\nb/prod: s3 prod b < s3 prod a",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, line := range strings.Split(whereabouts(discover(t, treeOf(c.files), c.opts)), "\n") {
				if strings.HasPrefix(line, "b/") {
					got = append(got, line)
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestPlacesOfTheSample reads the sample repository.
func TestPlacesOfTheSample(t *testing.T) {
	files, top := &memory{content: map[string][]byte{}}, os.DirFS("../../examples/sample")
	err := fs.WalkDir(top, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files.content[name], err = fs.ReadFile(top, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := whereabouts(discover(t, files, Options{}))
	for _, want := range []string{
		"01-network/prod: local local ../state/prod/network.tfstate\n",
		"04-apps/dev: local local ../state/dev/apps.tfstate < local local ../state/dev/compute.tfstate < local local ../state/dev/data.tfstate\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it has no\n%s\n%s", want, got)
		}
	}
}
