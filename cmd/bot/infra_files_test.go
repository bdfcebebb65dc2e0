// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// standinMirror is the folder with the providers that stand in for the real ones, made once for all scripts. INFRA_TERRAFORMRC
// names a terraformrc beside others.
var standinMirror = sync.OnceValues(func() (string, error) {
	if rc := os.Getenv("INFRA_TERRAFORMRC"); rc != "" {
		return filepath.Dir(rc), nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "layerbot", "infra-standin")
	cmd := exec.CommandContext(context.Background(), "go", "run", "./standin/install", dir)
	cmd.Dir = filepath.Join("..", "..", "infra", "test")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go run ./standin/install: %w\n%s", err, out)
	}
	return dir, nil
})

// platformCommit is the commit of the reusable workflow that jobs of the scripts run.
const platformCommit = "0123456789abcdef0123456789abcdef01234567"

// ours are the values that a repository of one's own has others for.
var ours = map[string]map[string]string{
	"infra/common.auto.tfvars":              {"repository": "acme/infra"},
	"infra/01-bootstrap/github.auto.tfvars": {"github_owner_id": "1111111", "github_repository_id": "2222222"},
}

var (
	scannerBlock     = regexp.MustCompile(`(?m)^scanner .*\{.*\}\n`)
	environmentBlock = regexp.MustCompile(`(?ms)^environment "(\w+)" \{\n.*?^\}\n`)
	previousLine     = regexp.MustCompile(`(?m)^  previous .*\n`)
	stateRead        = regexp.MustCompile(`backend = "s3"\s+config = \{`)
	commitsList      = regexp.MustCompile(`(?s)layerbot_workflow_commits\s*=\s*\[.*?\]`)
)

// platformFiles are the files of this repository that the bot works with, as somebody has them who took the platform over: the
// repository's names are acme/infra's, there are only the environments named, and an Azure registry is cached. Scanners are
// left out: they are asked by tests of their own.
func platformFiles(environments ...string) (map[string][]byte, error) {
	root := filepath.Join("..", "..")
	files := map[string][]byte{}
	for _, dir := range []string{"infra", "policies", "charts", ".github/layerbot.hcl"} {
		err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(dir)), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			rel = filepath.ToSlash(rel)
			switch {
			case d.IsDir() && leftOut(rel, environments):
				return fs.SkipDir
			case d.IsDir() || strings.HasSuffix(rel, "_test.rego") || strings.HasSuffix(rel, "_test.go"):
				return nil
			}
			files[rel], err = os.ReadFile(name)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, adopt(files, environments)
}

// leftOut reports whether a folder is none of the platform, or of an environment that is not played.
func leftOut(dir string, environments []string) bool {
	base := path.Base(dir)
	return dir == "infra/test" || base == "testdata" || base == ".terraform" || base == "tests" ||
		path.Base(path.Dir(dir)) == "environments" && !slices.Contains(environments, base)
}

// adopt changes what somebody changes who takes the platform over.
func adopt(files map[string][]byte, environments []string) error {
	const jobs, configuration = "infra/01-bootstrap/github.auto.tfvars", ".github/layerbot.hcl"
	for file, values := range ours {
		for name, value := range values {
			line := regexp.MustCompile(`(?m)^` + name + `(\s*)= .*$`)
			if !line.Match(files[file]) {
				return fmt.Errorf("%s does not say %s", file, name)
			}
			files[file] = line.ReplaceAll(files[file], []byte(name+`$1= "`+value+`"`))
		}
	}
	if !commitsList.Match(files[jobs]) {
		return fmt.Errorf("%s lists no layerbot_workflow_commits", jobs)
	}
	files[jobs] = commitsList.ReplaceAll(files[jobs], []byte(`layerbot_workflow_commits = ["`+platformCommit+`"]`))

	text := scannerBlock.ReplaceAllString(string(files[configuration]), "")
	text = environmentBlock.ReplaceAllStringFunc(text, func(block string) string {
		name := environmentBlock.FindStringSubmatch(block)[1]
		if !slices.Contains(environments, name) {
			return ""
		}
		return previousLine.ReplaceAllString(block, "") // the ones before it are not played
	})
	if n := len(environmentBlock.FindAllString(text, -1)); n != len(environments) {
		return fmt.Errorf("%s has %d of %d environments:\n%s", configuration, n, len(environments), text)
	}
	files[configuration] = []byte(text)
	for name, text := range files { // an S3 without DNS: buckets are no hosts
		switch path.Base(name) {
		case "backend-config.hcl":
			files[name] = append(text, "use_path_style = true\n"...)
		case "upstream.tf":
			files[name] = stateRead.ReplaceAll(text, []byte("${0}\n    use_path_style = true"))
		}
	}
	return nil
}
