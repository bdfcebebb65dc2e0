// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package runner

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/awstest"
	"github.com/layerbot/layerbot/internal/report"
)

func TestMinIOAPlanReadsItsOwnStateAndDeclaredOnesAndWritesNone(t *testing.T) {
	t.Parallel()
	c := newCloud(t, layers())
	c.settled()

	plan := func(creds aws.ReadOnly, dir string) *report.Report {
		return c.sound(c.Plan(context.Background(), creds, c.at(dir)))
	}
	t.Run("its own state", func(t *testing.T) {
		if rep := plan(c.reading(networkKey), "network"); rep.Status != report.Unchanged {
			t.Errorf("%s\n%+v", outcome(rep), rep.Failure)
		}
	})
	t.Run("a state that does not exist yet, and a declared one", func(t *testing.T) {
		if rep := plan(c.reading(appKey, networkKey), "app"); rep.Status != report.Changed || len(rep.Changes) == 0 {
			t.Errorf("%s\n%+v", outcome(rep), rep.Failure)
		}
	})
	t.Run("a state that is not declared is denied", func(t *testing.T) {
		rep := plan(c.reading(appKey), "app")
		if f := rep.Failure; f == nil || f.Kind != report.Broken || !strings.Contains(f.Message, networkKey) || !strings.Contains(f.Message, "StatusCode: 403") ||
			!strings.Contains(f.Hint, "`depends_on`") {
			t.Errorf("%s\n%+v", outcome(rep), f)
		}
	})
	t.Run("another layer's state as its own is denied", func(t *testing.T) {
		rep := plan(c.reading(appKey), "secret")
		if f := rep.Failure; f == nil || f.Kind != report.Broken || !strings.Contains(f.Message, secretKey) || !strings.Contains(f.Message, "StatusCode: 403") {
			t.Errorf("%s\n%+v", outcome(rep), f)
		}
	})
	for _, key := range []string{networkKey, secretKey, appKey} {
		if c.get(key+".tflock") != nil {
			t.Errorf("the lock of %s is held", key)
		}
	}
	if c.get(appKey) != nil {
		t.Error("a plan wrote a state")
	}
}

func TestMinIOWhatASessionOfAPlanMayDo(t *testing.T) {
	t.Parallel()
	c := newCloud(t, layers())
	for _, key := range []string{networkKey, secretKey, appKey} {
		if err := c.minio.Put(t.Context(), s3Bucket, key, []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	creds := c.reading(appKey, networkKey).Environ()
	status := func(env map[string]string, method, bucket, key string) int {
		got, err := awstest.Request(t.Context(), env, method, bucket, key, nil)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	const yes, no, gone = http.StatusOK, http.StatusForbidden, http.StatusNoContent
	for _, tt := range []struct {
		what, method, bucket, key string
		want                      int
	}{
		{"read the own state", "GET", s3Bucket, appKey, yes},
		{"write the own state", "PUT", s3Bucket, appKey, no},
		{"delete the own state", "DELETE", s3Bucket, appKey, no},
		{"take the own lock", "PUT", s3Bucket, appKey + ".tflock", yes},
		{"see who holds the own lock", "GET", s3Bucket, appKey + ".tflock", yes},
		{"release the own lock", "DELETE", s3Bucket, appKey + ".tflock", gone},
		{"read a declared state", "GET", s3Bucket, networkKey, yes},
		{"write a declared state", "PUT", s3Bucket, networkKey, no},
		{"take the lock of a declared state", "PUT", s3Bucket, networkKey + ".tflock", no},
		{"read another state", "GET", s3Bucket, secretKey, no},
		{"write another state", "PUT", s3Bucket, secretKey, no},
		{"take another lock", "PUT", s3Bucket, secretKey + ".tflock", no},
		{"write a new object beside the states", "PUT", s3Bucket, "prod/app.tfstate2", no},
		{"list the states", "GET", s3Bucket, "", yes},
		{"delete the bucket", "DELETE", s3Bucket, "", no},
		{"other buckets, as the role may", "PUT", "assets", "x", yes},
	} {
		if got := status(creds, tt.method, tt.bucket, tt.key); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.what, got, tt.want)
		}
	}
	if string(c.get(appKey)) != "{}" {
		t.Error("the state was written")
	}
	if got := status(c.writing().Environ(), "PUT", s3Bucket, appKey); got != yes {
		t.Errorf("the apply role writes the state: %d", got)
	}
}

// Whoever gets hold of the credentials of a plan and applies with them changes nothing that lasts.
func TestMinIOAnApplyWithThePlansCredentialsStoresNoState(t *testing.T) {
	t.Parallel()
	c := newCloud(t, map[string]string{"app/main.tf": stateAt(appKey) + two})
	env := c.reading(appKey).Environ()
	run := func(args ...string) (string, error) {
		cmd := exec.Command("terraform", args...)
		cmd.Dir = filepath.Join(c.root, "app")
		cmd.Env = append(pairs(env), "PATH="+c.env["PATH"], "HOME="+t.TempDir(), "CHECKPOINT_DISABLE=1")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := run("init", "-no-color"); err != nil {
		t.Fatal(out)
	}
	out, err := run("apply", "-auto-approve", "-no-color")
	if err == nil || !strings.Contains(out, "Failed to save state") || !strings.Contains(out, "AccessDenied") {
		t.Errorf("%v\n%s", err, out)
	}
	if c.get(appKey) != nil || c.get(appKey+".tflock") != nil {
		t.Error("a state or a lock is there")
	}
}

func TestMinIOARoleIsForItsOwnEnvironmentOfTheJob(t *testing.T) {
	t.Parallel()
	c := newCloud(t, nil)
	for environment, role := range map[string]string{"plan-prod": applyRole, "prod": planRole, "dev": applyRole} {
		writers := aws.NewWriters(aws.Options{Environ: c.environ(environment)})
		defer writers.Close()
		if _, err := writers.Credentials(t.Context(), &aws.Grant{Role: role, Region: "eu-west-1"}); err == nil {
			t.Errorf("a job of the environment %s may assume %s", environment, role)
		}
	}
	if got := c.sts.Sessions(); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// lifetime is how long credentials are good in these tests. An apply of slow takes more than two of them.
const (
	lifetime = 5 * time.Second
	slow     = two + `resource "terraform_data" "c" {
  depends_on = [terraform_data.a, terraform_data.b]
  provisioner "local-exec" { command = "sleep 11" }
}
`
)

func TestMinIOAnApplyOutlivesItsCredentials(t *testing.T) {
	t.Parallel()
	c := newCloud(t, map[string]string{"app/main.tf": stateAt(appKey) + slow})
	c.issuer.Lifetime = lifetime
	j := c.at("app")
	j.Review = &report.Review{Fingerprint: c.sound(c.Plan(context.Background(), c.reading(appKey), j)).Fingerprint}

	before := len(c.sts.Sessions())
	start := time.Now()
	rep := c.sound(c.Apply(context.Background(), c.writing(), j))
	if took := time.Since(start); took < 2*lifetime {
		t.Errorf("it took only %s", took)
	}
	if got := outcome(rep); got != "applied same: terraform_data.a terraform_data.b terraform_data.c" {
		t.Errorf("%s\n%+v", got, rep.Failure)
	}
	want := map[string]bool{"terraform_data.a": false, "terraform_data.b": false, "terraform_data.c": false}
	if diff := cmp.Diff(want, resources(t, c.get(appKey))); diff != "" {
		t.Error(diff)
	}
	if c.get(appKey+".tflock") != nil {
		t.Error("the lock is held")
	}
	sessions := c.sts.Sessions()[before:]
	if len(sessions) < 2 {
		t.Errorf("%d sessions", len(sessions))
	}
	for _, s := range sessions {
		if s.Role != applyRole || s.Name != "layerbot-apply-4711" || s.Policy != "" {
			t.Errorf("%+v", s)
		}
	}
}

// The same apply with credentials that nobody renews: so the test above would fail without renewal.
func TestMinIOAnApplyDoesNotOutliveCredentialsThatNobodyRenews(t *testing.T) {
	t.Parallel()
	c := newCloud(t, map[string]string{"app/main.tf": stateAt(appKey) + slow})
	c.pauses = nil
	c.issuer.Lifetime = lifetime
	j := c.at("app")
	j.Accept = true
	env, err := awstest.Static(t.Context(), c.writing().Environ())
	if err != nil {
		t.Fatal(err)
	}
	rep, err := c.Apply(context.Background(), aws.AmbientReadWrite(env), j)
	if err != nil {
		t.Fatal(err)
	}
	f := rep.Failure
	if rep.Status != report.Failed || f == nil || rep.Apply == nil || !strings.Contains(f.Message, "the state could not be stored") {
		t.Fatalf("%s\n%+v", outcome(rep), f)
	}
	if c.get(appKey) != nil || c.get(appKey+".tflock") == nil {
		t.Error("the state was stored, or the lock released, with credentials that have ended")
	}
}
