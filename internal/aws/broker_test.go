// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// log is what was logged so far.
func (c *cloud) log() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.logged.String()
}

func TestGrantsReachSTSAsTheyAre(t *testing.T) {
	bounds := State{Own: Object{"acme-states", "k"}}
	policy, _ := bounds.policy("aws")
	for name, x := range map[string]struct {
		grant Grant
		want  url.Values
	}{
		"of a plan": {
			Grant{Role: planRole, Region: "eu-west-1", Session: "layerbot-pr-12-4711", Seconds: 900, State: &bounds},
			url.Values{"RoleSessionName": {"layerbot-pr-12-4711"}, "DurationSeconds": {"900"}, "Policy": {policy}},
		},
		"of little": {
			Grant{Role: planRole, Region: "eu-west-1"},
			url.Values{"RoleSessionName": {"layerbot"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			// What the process itself has is not looked at.
			for name, value := range map[string]string{"AWS_ENDPOINT_URL_STS": "http://process.invalid", "AWS_ENDPOINT_URL": "http://process.invalid", "AWS_REGION": "xx", "AWS_PROFILE": "none",
				"AWS_ACCESS_KEY_ID": "AKIDPROCESS", "AWS_SECRET_ACCESS_KEY": "process", "AWS_CA_BUNDLE": "/nonexistent", requestURL: "http://process.invalid"} {
				t.Setenv(name, value)
			}
			c := newCloud(t)
			if _, err := c.readers(t, nil).Credentials(t.Context(), &x.grant); err != nil {
				t.Fatal(err)
			}
			maps.Copy(x.want, url.Values{"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {planRole}, "WebIdentityToken": {c.token}})
			if diff := cmp.Diff([]url.Values{x.want}, c.asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGrantsThatNobodyIsAskedFor(t *testing.T) {
	for name, x := range map[string]struct {
		grant   Grant
		problem string
	}{
		"no role":              {Grant{Region: "eu-west-1"}, "not the ARN of a role"},
		"the name of a role":   {Grant{Role: "plan", Region: "eu-west-1"}, "not the ARN of a role"},
		"a user":               {Grant{Role: "arn:aws:iam::123456789012:user/x", Region: "eu-west-1"}, "not the ARN of a role"},
		"a role with a line":   {Grant{Role: planRole + "\n", Region: "eu-west-1"}, "not the ARN of a role"},
		"no region":            {Grant{Role: planRole}, "region"},
		"a region with a host": {Grant{Role: planRole, Region: "x.example/"}, "region"},
		"a region with a dot":  {Grant{Role: planRole, Region: "eu.west"}, "region"},
		"a short name":         {Grant{Role: planRole, Region: "eu-west-1", Session: "x"}, "the name that was chosen"},
		"a long name":          {Grant{Role: planRole, Region: "eu-west-1", Session: strings.Repeat("x", 65)}, "the name that was chosen"},
		"a name with a space":  {Grant{Role: planRole, Region: "eu-west-1", Session: "layer bot"}, "the name that was chosen"},
		"a second":             {Grant{Role: planRole, Region: "eu-west-1", Seconds: 1}, "no session lasts"},
		"a negative time":      {Grant{Role: planRole, Region: "eu-west-1", Seconds: -900}, "no session lasts"},
		"a day":                {Grant{Role: planRole, Region: "eu-west-1", Seconds: 86400}, "no session lasts"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			creds, err := c.readers(t, nil).Credentials(t.Context(), &x.grant)
			if refused := problemOf(t, err); !strings.Contains(refused.Problem, x.problem) || refused.Hint() == "" || refused.Role != x.grant.Role {
				t.Errorf("%v\nhint: %s", err, refused.Hint())
			}
			if len(c.tokens)+c.exchanges() != 0 || creds.Environ() != nil {
				t.Error("somebody was asked, or something given")
			}
		})
	}
}

func TestTerraformGetsAnAddressAndNoKeys(t *testing.T) {
	c := newCloud(t)
	env := c.environ()
	w := NewWriters(Options{Environ: env})
	t.Cleanup(func() { _ = w.Close() })
	creds, err := w.Credentials(t.Context(), planGrant)
	if err != nil {
		t.Fatal(err)
	}
	got := creds.Environ()
	url, token := got["AWS_CONTAINER_CREDENTIALS_FULL_URI"], got["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
	if !strings.HasPrefix(url, "http://127.0.0.1:") || len(token) < 26 {
		t.Errorf("%s, %q", url, token)
	}
	if diff := cmp.Diff(map[string]string{
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
		"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_ENDPOINT_URL_STS": c.sts.URL, "AWS_ENDPOINT_URL_S3": "http://s3.example",
	}, got); diff != "" {
		t.Error(diff)
	}
	if secrets := creds.Secrets(); len(secrets) != 1 || secrets[0] != token {
		t.Errorf("secrets %q", secrets)
	}
}

func TestEverySecretIsLearned(t *testing.T) {
	c := newCloud(t)
	env := granted(t, c.readers(t, nil))
	if !c.learned("request-token", c.token, "ASIA1", "secret-1", "session-1", env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) {
		t.Errorf("told of %q", c.told)
	}
}

func TestNoGrantIsWhatTheEnvironmentHolds(t *testing.T) {
	c := newCloud(t)
	creds, err := c.readers(t, nil).Credentials(t.Context(), nil)
	if want := Ambient(c.environ()).Environ(); err != nil || !maps.Equal(creds.Environ(), want) {
		t.Errorf("%v, %v; want %v", creds.Environ(), err, want)
	}
	if len(c.tokens)+c.exchanges() != 0 {
		t.Error("somebody was asked")
	}
}

func TestNeitherKindOfCredentialsBecomesTheOther(t *testing.T) {
	reading, writing := reflect.TypeFor[ReadOnly](), reflect.TypeFor[ReadWrite]()
	// The rules of the language: what is false here does not compile, not even as ReadWrite(c).
	if reading.ConvertibleTo(writing) || writing.ConvertibleTo(reading) || reading.AssignableTo(writing) || writing.AssignableTo(reading) {
		t.Error("Go converts one into the other")
	}
	for giver, want := range map[reflect.Type]reflect.Type{reflect.TypeFor[*Readers](): reading, reflect.TypeFor[*Writers](): writing} {
		m, ok := giver.MethodByName("Credentials")
		if !ok || m.Type.Out(0) != want {
			t.Errorf("%s gives %s", giver, m.Type)
		}
	}
}

func TestCredentialsEndWithTheirContext(t *testing.T) {
	asked := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	c := newCloud(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	_, err := c.readers(t, map[string]string{requestURL: slow.URL}).Credentials(ctx, planGrant)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), planRole) || c.log() != "" {
		t.Errorf("%v, log %q", err, c.log())
	}
}

func TestWhereSTSIs(t *testing.T) {
	for name, x := range map[string]struct {
		region string
		env    map[string]string
		want   string
	}{
		"the region's own":    {"eu-west-1", nil, "https://sts.eu-west-1.amazonaws.com/"},
		"in the first region": {"us-east-1", nil, "https://sts.us-east-1.amazonaws.com/"},
		"in China":            {"cn-north-1", nil, "https://sts.cn-north-1.amazonaws.com.cn/"},
		"FIPS":                {"us-east-1", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, "https://sts-fips.us-east-1.amazonaws.com/"},
		"both protocols":      {"eu-west-1", map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "https://sts.eu-west-1.api.aws/"},
		"where it is said":    {"eu-west-1", map[string]string{"AWS_ENDPOINT_URL_STS": "https://vpce-1.sts.example"}, "https://vpce-1.sts.example/"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked string
			record := recorder(func(r *http.Request) (*http.Response, error) {
				asked = r.URL.String()
				return nil, http.ErrAbortHandler
			})
			e := exchange{issuer: issuer{env: x.env}, grant: Grant{Region: x.region}}
			_, err := sts.New(e.options(record)).AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
				RoleArn: &e.grant.Role, RoleSessionName: &e.grant.Session, WebIdentityToken: &e.grant.Role,
			})
			if err == nil || asked != x.want {
				t.Errorf("asked %q: %v", asked, err)
			}
		})
	}
}

// A recorder is a client that answers nothing.
type recorder func(*http.Request) (*http.Response, error)

func (f recorder) Do(r *http.Request) (*http.Response, error) { return f(r) }

func TestVaultOfAGrant(t *testing.T) {
	c := newCloud(t)
	m := serve(t, http.StatusOK, `{"SecretString":"x"}`)
	creds, err := c.readers(t, map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": m.URL}).Credentials(t.Context(), planGrant)
	if err != nil {
		t.Fatal(err)
	}
	for id, region := range map[string]string{"prod/db": "eu-west-1", arn: "eu-central-1"} {
		if got, err := creds.Vault().Secret(t.Context(), id); err != nil || got != "x" {
			t.Fatalf("%q, %v", got, err)
		}
		h := m.last.Load().Header
		if got := h.Get("Authorization"); !strings.Contains(got, "Credential=ASIA1/") || !strings.Contains(got, "/"+region+"/") || h.Get("X-Amz-Security-Token") != "session-1" {
			t.Errorf("headers %v", h)
		}
	}
}

func TestVaultOfAGrantThatEnds(t *testing.T) {
	c := newCloud(t)
	c.lifetime = 1 // a nanosecond is over before it is given out
	_, err := c.readers(t, nil).Credentials(t.Context(), planGrant)
	if got := problemOf(t, err); !strings.Contains(got.Problem, "ended before it began") || !strings.Contains(got.Hint(), "clock") {
		t.Errorf("%v", err)
	}
	s := &session{role: planRole, assume: (&exchange{issuer: issuer{env: nil}}).run}
	_, err = Vault{held{session: s, env: map[string]string{"AWS_REGION": "eu-west-1"}}}.Secret(t.Context(), "prod/db")
	refusal(t, "", err, "prod/db", "AWS role "+planRole+": this job cannot ask GitHub", "id-token: write")
}

// A step that configured credentials is easily left behind when a role is named.
func TestCredentialsOfTheJobThatAreNotUsedAreToldOfOnce(t *testing.T) {
	c := newCloud(t)
	r := c.readers(t, map[string]string{"AWS_ACCESS_KEY_ID": "AKIDLEFTBEHIND", "AWS_SECRET_ACCESS_KEY": "left-behind"})
	for range 2 {
		creds, err := r.Credentials(t.Context(), &Grant{Role: planRole, Region: "eu-west-1"})
		if err != nil || creds.Environ()["AWS_ACCESS_KEY_ID"] != "" {
			t.Fatal(creds.Environ(), err)
		}
	}
	if got := c.log(); strings.Count(got, "which are not used") != 1 || strings.Contains(strings.ToLower(got), "left-behind") || strings.Contains(got, "AKID") {
		t.Error(got)
	}
}
