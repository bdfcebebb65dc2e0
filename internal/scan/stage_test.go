// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

func TestPathsThatLeaveTheTreeAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"../x.tf", "/etc/passwd", "a/../../x.tf", "a//x.tf", "./x.tf", "", ".", "a/", "a\x00.tf", `a\..\x.tf`,
		".git/config", "a/.git/hooks/post-checkout", ".GIT/config",
	} {
		j := jobOf(nil, "trivy")
		j.Head = files(map[string]string{name: "x"})
		w := newWorld(t, map[string]string{"trivy": trivyNone})
		if _, err := w.Scan(context.Background(), j); err == nil || !strings.Contains(err.Error(), "is no file of the repository") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestALayerOutsideOfTheTreeIsRefused(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"", "../x", "/etc", "app/../.."} {
		j := jobOf(nil, "trivy")
		j.Target.Dir = dir
		w := newWorld(t, map[string]string{"trivy": trivyNone})
		if _, err := w.Scan(context.Background(), j); err == nil || !strings.Contains(err.Error(), "is no folder of the repository") {
			t.Errorf("%q: %v", dir, err)
		}
	}
}

func TestAFileThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	j := jobOf(nil, "trivy")
	j.Head = Files{Paths: []string{"app/main.tf"}, Read: func(string) ([]byte, error) { return nil, fs.ErrPermission }}
	w := newWorld(t, map[string]string{"trivy": trivyNone})
	if _, err := w.Scan(context.Background(), j); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}

// laid returns the files of the copy that a scanner gets of contents, and the run.
func laid(t *testing.T, tool string, contents, settings map[string]string, bare bool) ([]string, run) {
	t.Helper()
	a, _ := adapterOf(tool)
	j := Job{Target: layer.Target{Dir: "app", VarFiles: []string{"vars/prod.tfvars", "vars/gone.tfvars"}}, Head: files(contents), Settings: files(settings)}
	s, err := open(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.layOut(t.TempDir(), a, s.head, bare)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range walk(t, r.root) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, r
}

func walk(t *testing.T, root string) map[string]fs.FileMode {
	t.Helper()
	found := map[string]fs.FileMode{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			if info.Mode().Perm() != 0o700 {
				t.Errorf("%s has mode %s", path, info.Mode())
			}
			return nil
		}
		name, err := filepath.Rel(root, path)
		found[filepath.ToSlash(name)] = info.Mode()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var hostile = map[string]string{
	"app/main.tf": "x", "app/run.sh": "#!/bin/sh", "vars/prod.tfvars": "",
	"trivy.yaml": "x", "app/trivy.yaml": "x", ".checkov.yaml": "x", "app/.checkov.yml": "x", "app/.gitleaks.toml": "x", ".tflint.hcl": "x",
	"app/.tfsec/config.yml": "x", "app/.tfsec/own_tfchecks.yaml": "x", "app/.tflint.d/plugins/tflint-ruleset-aws": "x", "app/.terraform/modules/modules.json": "x",
	"app/.tfsec/main.tf": "a module that is called from here", "app/.terraform/x/main.tf": "likewise",
	".trivyignore": "A", "app/.trivyignore": "B", ".gitleaksignore": "C", "app/.trivyignore.yaml": "D",
}

func TestACopyHasNothingThatSteersItsScanner(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"trivy", "tfsec", "checkov", "tflint"} {
		names, r := laid(t, tool, hostile, nil, false)
		if got := strings.Join(names, " "); got != "app/.terraform/x/main.tf app/.tfsec/main.tf app/main.tf app/run.sh vars/prod.tfvars" {
			t.Errorf("%s: %s", tool, got)
		}
		if want := filepath.Join(r.root, "..", "0.tfvars"); len(r.varFiles) != 1 || r.varFiles[0] != want || r.settings != "" {
			t.Errorf("%s: %+v", tool, r)
		}
		for name, mode := range walk(t, r.root) {
			if mode != 0o600 {
				t.Errorf("%s: %s has mode %s: it could be run", tool, name, mode)
			}
		}
	}
	names, _ := laid(t, "gitleaks", hostile, nil, false)
	for _, name := range []string{"app/.tfsec/own_tfchecks.yaml", "trivy.yaml", ".tflint.hcl", ".trivyignore"} { // a secret may be there
		if !slices.Contains(names, name) {
			t.Errorf("gitleaks is not shown %s", name)
		}
	}
	if slices.Contains(names, "app/.gitleaks.toml") || slices.Contains(names, ".gitleaksignore") {
		t.Errorf("gitleaks: %s", names)
	}
}

func TestWhatIsIgnoredAtTheRootAndInTheLayerIsIgnored(t *testing.T) {
	t.Parallel()
	_, r := laid(t, "trivy", hostile, nil, false)
	if text, err := os.ReadFile(r.ignore); err != nil || string(text) != "A\nB" {
		t.Errorf("%q, %v", text, err)
	}
	_, r = laid(t, "trivy", map[string]string{".trivyignore.yaml": "A", "app/.trivyignore.yaml": "B"}, nil, false)
	if text, err := os.ReadFile(r.ignore); err != nil || string(text) != "B" || filepath.Ext(r.ignore) != ".yaml" {
		t.Errorf("%s: %q, %v", r.ignore, text, err)
	}
	if _, r = laid(t, "trivy", hostile, nil, true); r.ignore != "" {
		t.Error("a run in which nothing keeps quiet has", r.ignore)
	}
}

// Settings of the base choose among findings. They load nothing, even from the base's own paths: what lies there in the
// copy is the change's.
func TestSettingsOfTheBase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ tool, file, text, want string }{
		{"trivy", "trivy.yaml", "severity: [HIGH]\nscan:\n  skip-dirs: [x]\nrego:\n  check: [policies]\nmodule:\n  dir: wasm\noutput: x.json\n", "severity:\n    - HIGH\nscan:\n    skip-dirs:\n        - x\n"},
		{"checkov", ".checkov.yaml", "skip-check: CKV_AWS_1,CKV_AWS_2\nexternal-checks-dir: [checks]\nsoft-fail: true\n", "skip-check: CKV_AWS_1,CKV_AWS_2\n"},
		{"tfsec", ".tfsec/config.yml", "exclude: [x]\n", "exclude: [x]\n"},
		{"tflint", ".tflint.hcl", "config {}\n", "config {}\n"},
		{"gitleaks", ".gitleaks.toml", "title = \"x\"\n", "title = \"x\"\n"},
	} {
		for _, dir := range []string{"", "app/"} {
			_, r := laid(t, c.tool, hostile, map[string]string{dir + c.file: c.text}, false)
			a, _ := adapterOf(c.tool)
			if text, err := os.ReadFile(r.settings); err != nil || string(text) != c.want || !strings.Contains(strings.Join(a.args(r), " "), r.settings) {
				t.Errorf("%s: %q, %v", c.tool, text, err)
			}
		}
	}
	w := newWorld(t, map[string]string{"checkov": "exit 1"})
	j := jobOf(map[string]string{"app/main.tf": "x"}, "checkov")
	j.Settings = files(map[string]string{".checkov.yaml": "check: [\n"})
	if st := w.scan(j).Tools[0]; st.State != report.Crashed || !strings.Contains(st.Message, ".checkov.yaml of the base cannot be used") {
		t.Errorf("%+v", st)
	}
}

// What the base's settings of gitleaks extend would be read from the copy, where a change could put it.
func TestSettingsThatGoOnElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	for text, refused := range map[string]bool{
		"[extend]\nuseDefault = true\n":                                               false,
		"[extend]\nuseDefault = true\npath = \"more.toml\"\n":                         true,
		"[extend]\ndisabledRules = [\"x\"]\n  url = \"https://example.com/x.toml\"\n": true,
		"extend.path = 'more.toml'\n":                                                 true,
		"extend = { path = \"more.toml\" }\n":                                         true,
		"[[rules]]\nid = \"x\"\npath = '''x'''\n":                                     false,
		"[extend]\nuseDefault = true\n[[rules]]\nid = \"x\"\npath = '''x'''\n":        false,
		"[allowlist]\npaths = [\n  '''gitleaks.toml''',\n]\n":                         false,
	} {
		if _, err := gitleaksSettings([]byte(text)); (err != nil) != refused {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"trivy": trivyNone})
	j := jobOf(map[string]string{"app/main.tf": "x", "app/lambda.zip": strings.Repeat("x", maxFile+1)}, "trivy")
	j.Head.Paths = append(j.Head.Paths, "app/link")
	st := w.scan(j).Tools[0]
	if st.State != report.Ran || st.Message != "left out, each being larger than 5 MiB, or a link to nowhere: app/lambda.zip, app/link" {
		t.Errorf("%+v", st)
	}
	j.Head.Paths = append(j.Head.Paths, "app/link.tf")
	st = w.scan(j).Tools[0]
	if st.State != report.Crashed || st.Message != "app/link.tf is larger than 5 MiB, or a link to nowhere" {
		t.Errorf("%+v", st)
	}
}

// A change could put what scanners would find into files that one of them does not read, and Terraform does.
func TestAChangeToWhatAScannerPassesOverIsNoSuccess(t *testing.T) {
	t.Parallel()
	const none = `{"passed": 0, "checkov_version": "3"}`
	old, changed := map[string]string{"app/main.tf": "x", "app/old.tf.json": "{}"}, map[string]string{"app/main.tf": "y", "app/old.tf.json": "{}"}
	added, mended := map[string]string{"app/main.tf": "x", "app/old.tf.json": "{}", "app/x.tofu": ""}, map[string]string{"app/main.tf": "x", "app/old.tf.json": `{"resource": {}}`}
	for name, c := range map[string]struct {
		head, base map[string]string
		state      report.ScanState
		message    string
	}{
		"nothing is compared":  {old, nil, report.Ran, "passes over app/old.tf.json"},
		"nothing is changed":   {old, old, report.Ran, "passes over app/old.tf.json"},
		"another file changes": {changed, old, report.Ran, "passes over app/old.tf.json"},
		"one is added":         {added, old, report.Crashed, "it passes over files of that kind, and this change writes app/x.tofu"},
		"one is changed":       {mended, old, report.Crashed, "it passes over files of that kind, and this change writes app/old.tf.json"},
		"the layer is new":     {old, map[string]string{}, report.Crashed, "it passes over files of that kind, and this change writes app/old.tf.json"},
	} {
		w := newWorld(t, map[string]string{"checkov": "echo '" + none + "'"})
		j := jobOf(c.head, "checkov")
		if c.base != nil {
			base := files(c.base)
			j.Base = &base
		}
		if st := w.scan(j).Tools[0]; st.State != c.state || st.Message != c.message {
			t.Errorf("%s: %+v", name, st)
		}
	}
	w := newWorld(t, map[string]string{"trivy": trivyNone})
	j, base := jobOf(added, "trivy"), files(old)
	j.Base = &base
	if st := w.scan(j).Tools[0]; st.State != report.Ran || st.Message != "" {
		t.Errorf("trivy, which reads all: %+v", st)
	}
}

// All that a scanner sees of an environment.
func TestTheEnvironmentOfScanners(t *testing.T) {
	t.Setenv("GITHUB_TOKEN", "ghs_secret")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIA")
	w := newWorld(t, map[string]string{"tflint": `/usr/bin/env > "$HOME/env"; /bin/pwd > "$HOME/pwd"; echo '{"issues":[]}'`}, func(o *Options) {
		o.Environ = map[string]string{"GITHUB_TOKEN": "ghs_secret", "TFLINT_PLUGIN_DIR": "/plugins", "HOME": "/home/x", "HTTPS_PROXY": "http://proxy"}
	})
	if st := w.scan(jobOf(map[string]string{"app/main.tf": "x"}, "tflint")).Tools[0]; st.State != report.Ran {
		t.Fatalf("%+v", st)
	}
	home := filepath.Join(w.work, "home-tflint")
	text, err := os.ReadFile(filepath.Join(home, "env"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if !slices.Contains([]string{"PWD", "OLDPWD", "SHLVL", "_"}, name) { // the shell's own
			got = append(got, name+"="+strings.ReplaceAll(value, home, "~"))
		}
	}
	slices.Sort(got)
	want := "AWS_EC2_METADATA_DISABLED=true CHECKPOINT_DISABLE=1 GOGC=off GOMAXPROCS=1 GOMEMLIMIT=1GiB HOME=~ HTTPS_PROXY=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 LANG=C.UTF-8 PATH=~ TFLINT_PLUGIN_DIR=/plugins TMPDIR=~ http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if pwd, err := os.ReadFile(filepath.Join(home, "pwd")); err != nil || !strings.HasPrefix(string(pwd), w.work) {
		t.Errorf("%s, %v", pwd, err)
	}
}
