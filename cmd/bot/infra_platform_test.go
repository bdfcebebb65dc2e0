// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layerbot/layerbot/internal/awstest"
	"github.com/layerbot/layerbot/internal/githubtest"
)

// platform [minio] [standing] ENV… starts a GitHub and an AWS for this repository's own layers.
//
// An administrator has applied 01-bootstrap to each environment and put its state into the bucket that it made: the roles of
// the jobs are those that it made, with its trust policies. What is to be seen on GitHub is a main branch with the policies
// and the configuration, and a branch of each environment with nothing more; the folder `platform` has all the files.
// Standing, the layers are there and applied.
func (s *stage) platform(ts *testscript.TestScript, neg bool, args []string) {
	flag := func(name string) bool { return slices.Contains(args, name) }
	environments := slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "minio" || a == "standing" })
	s.given = append(s.given, "ACR_USERNAME="+acrUsername, "ACR_PASSWORD="+acrPassword)

	files, err := platformFiles(environments...)
	ts.Check(err)
	for name, text := range files {
		path := filepath.Join(s.work, "platform", filepath.FromSlash(name))
		ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
		ts.Check(os.WriteFile(path, text, 0o600))
	}
	begin := files
	if !flag("standing") {
		begin = map[string][]byte{}
		for name, text := range files {
			if !strings.HasPrefix(name, "infra/") || strings.HasPrefix(name, "infra/policies/") {
				begin[name] = text
			}
		}
	}
	s.hosted(ts, begin, environments)
	s.platformCloud(ts, environments, flag("minio"), flag("standing"))
}

// The credentials of the Azure registry. Nobody may see them anywhere.
const (
	acrUsername = "acr-canary-user-58fd"
	acrPassword = `acr-canary/p+ss&<"w>rd é`
)

// hosted starts the GitHub. alice and bob may write.
func (s *stage) hosted(ts *testscript.TestScript, begin map[string][]byte, branches []string) {
	var err error
	s.server, err = githubtest.New(githubtest.Options{Validate: true})
	ts.Check(err)
	s.repo = s.server.Repository("acme", "infra")
	s.repo.Collaborator("alice", "write")
	s.repo.Collaborator("bob", "write")
	_, err = s.repo.Push("main", "", "first", begin)
	ts.Check(err)
	for _, branch := range branches {
		_, err = s.repo.Push(branch, "main", "begin "+branch, map[string][]byte{".keep": nil})
		ts.Check(err)
	}
}

// platformCloud starts the AWS, whose roles are those of 01-bootstrap.
func (s *stage) platformCloud(ts *testscript.TestScript, environments []string, enforcing, applied bool) {
	c := &cloud{}
	s.cloud = c
	var buckets []string
	var roles []awstest.Role
	objects := map[string]map[string][]byte{}
	for _, env := range environments {
		b, err := bootstrapped(env)
		ts.Check(err)
		buckets = append(buckets, b.bucket)
		roles = append(roles, b.roles...)
		objects[b.bucket] = map[string][]byte{"bootstrap/terraform.tfstate": b.state}
		if applied {
			objects[b.bucket], err = standing(env)
			ts.Check(err)
		}
	}
	var err error
	c.issuer, err = awstest.NewIssuer()
	ts.Check(err)
	c.started = append(c.started, c.issuer)
	if enforcing {
		program, err := exec.LookPath("minio")
		ts.Check(err)
		dir := filepath.Join(s.work, "minio")
		ts.Check(os.Mkdir(dir, 0o700))
		c.minio, err = awstest.NewMinIO(context.Background(), program, dir, c.issuer, buckets...)
		ts.Check(err)
		c.started = append(c.started, c.minio)
	} else {
		c.store, err = awstest.NewStore(buckets...)
		ts.Check(err)
		c.started = append(c.started, c.store)
	}
	c.sts, err = awstest.NewSTS(c.issuer, c.minio, roles...)
	ts.Check(err)
	c.started = append(c.started, c.sts)
	for bucket, contents := range objects {
		for key, content := range contents {
			ts.Check(c.put(bucket, key, content))
		}
	}
}

func (c *cloud) put(bucket, key string, content []byte) error {
	if c.minio != nil {
		return c.minio.Put(context.Background(), bucket, key, content)
	}
	return c.store.Put(bucket, key, content)
}

func (c *cloud) get(bucket, key string) ([]byte, error) {
	var content []byte
	var ok bool
	var err error
	if c.minio != nil {
		content, ok, err = c.minio.Get(context.Background(), bucket, key)
	} else {
		content, ok, err = c.store.Get(bucket, key)
	}
	if err == nil && !ok {
		err = fmt.Errorf("%s/%s is not there", bucket, key)
	}
	return content, err
}

// A foundation is what the first run of 01-bootstrap leaves.
type foundation struct {
	state  []byte
	bucket string
	roles  []awstest.Role
}

// foundations has one of each environment, made by the first script that asks for it.
var foundations sync.Map

func bootstrapped(env string) (*foundation, error) {
	once, _ := foundations.LoadOrStore(env, sync.OnceValues(func() (*foundation, error) { return firstRun(env) }))
	return once.(func() (*foundation, error))()
}

// firstRun applies 01-bootstrap as its README says, by hand and with its state in a file.
func firstRun(env string) (*foundation, error) {
	mirror, err := standinMirror()
	if err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(os.Getenv(beginningsDir), "bootstrap-")
	if err != nil {
		return nil, err
	}
	if err := checkout(work, env); err != nil {
		return nil, err
	}
	dir := filepath.Join(work, "infra", "01-bootstrap")
	if err := os.WriteFile(filepath.Join(dir, "first_run_override.tf"), []byte("terraform {\n  backend \"local\" {}\n}\n"), 0o600); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"init", "-input=false"},
		{"apply", "-input=false", "-auto-approve", "-var-file=../common.auto.tfvars", "-var-file=environments/" + env + "/00-config.auto.tfvars"},
	} {
		cmd := exec.CommandContext(context.Background(), "terraform", append([]string{"-chdir=" + dir}, args...)...)
		cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+filepath.Join(mirror, "terraformrc"))
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("the first run of 01-bootstrap in %s: terraform %s: %w\n%s", env, args[0], err, out)
		}
	}
	state, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate"))
	if err != nil {
		return nil, err
	}
	return founded(state)
}

// founded reads what a state of 01-bootstrap says of bucket and roles.
func founded(state []byte) (*foundation, error) {
	var parsed struct {
		Outputs   map[string]struct{ Value any }
		Resources []struct {
			Type, Name string
			Instances  []struct {
				Attributes struct {
					ARN   string
					Trust string `json:"assume_role_policy"`
				}
			}
		}
	}
	if err := json.Unmarshal(state, &parsed); err != nil {
		return nil, err
	}
	f := &foundation{state: state}
	f.bucket, _ = parsed.Outputs["state_bucket"].Value.(string)
	known := []any{parsed.Outputs["plan_role_arn"].Value, parsed.Outputs["apply_role_arn"].Value}
	for _, r := range parsed.Resources {
		for _, i := range r.Instances {
			if r.Type == "aws_iam_role" && slices.Contains(known, any(i.Attributes.ARN)) {
				f.roles = append(f.roles, awstest.Role{ARN: i.Attributes.ARN, Trust: i.Attributes.Trust})
			}
		}
	}
	if f.bucket == "" || len(f.roles) != 2 {
		return nil, errors.New("01-bootstrap made no bucket, or not two roles")
	}
	return f, nil
}

// checkout puts the platform of an environment into a folder.
func checkout(dir, env string) error {
	files, err := platformFiles(env)
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// standings are the states of environments in which everything is applied, by key.
var standings sync.Map

func standing(env string) (map[string][]byte, error) {
	once, _ := standings.LoadOrStore(env, sync.OnceValues(func() (map[string][]byte, error) { return byHand(env) }))
	return once.(func() (map[string][]byte, error))()
}

// byHand applies every layer of an environment on the command line, as somebody does who has credentials of their own.
func byHand(env string) (map[string][]byte, error) {
	b, err := bootstrapped(env)
	if err != nil {
		return nil, err
	}
	mirror, err := standinMirror()
	if err != nil {
		return nil, err
	}
	store, err := awstest.NewStore(b.bucket)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	sts := httptest.NewServer(http.HandlerFunc(administrator))
	defer sts.Close()
	if err := store.Put(b.bucket, "bootstrap/terraform.tfstate", b.state); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(os.Getenv(beginningsDir), "by-hand-")
	if err != nil {
		return nil, err
	}
	if err := checkout(work, env); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.Background(), "bot", "apply", "all", env, "--auto-approve", "--provider-mirror", mirror)
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "HOME="+work, "GITHUB_ACTIONS=", "CHECKPOINT_DISABLE=1", "LAYERBOT_CACHE_DIR="+os.TempDir()+"/layerbot-test-cache",
		"AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_ENDPOINT_URL_S3="+store.URL, "AWS_ENDPOINT_URL_STS="+sts.URL,
		"ACR_USERNAME="+acrUsername, "ACR_PASSWORD="+acrPassword)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("bot apply all %s: %w\n%s", env, err, out)
	}
	keys, err := store.Objects(b.bucket)
	if err != nil {
		return nil, err
	}
	objects := map[string][]byte{}
	for _, key := range keys {
		content, ok, err := store.Get(b.bucket, key)
		if err != nil || !ok {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		objects[key] = content
	}
	return objects, nil
}

// administrator answers GetCallerIdentity: somebody with credentials of their own.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func administrator(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprint(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
		`<Arn>arn:aws:iam::111122223333:user/admin</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account>`+
		`</GetCallerIdentityResult></GetCallerIdentityResponse>`)
}
