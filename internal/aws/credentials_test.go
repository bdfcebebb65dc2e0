// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"maps"
	"slices"
	"testing"
)

func TestAmbientTakesOnlyTheAllowList(t *testing.T) {
	environ := map[string]string{
		"GITHUB_TOKEN": "g", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN": "x", "TF_VAR_password": "p", "PATH": "/bin", "aws_region": "lower", "AWS_": "",
	}
	if got := Ambient(environ).Environ(); len(got) != 0 {
		t.Errorf("taken: %v", got)
	}
	names := slices.Concat(keyNames, endpointNames)
	for _, name := range names {
		environ[name] = "value of " + name
	}
	got := slices.Sorted(maps.Keys(Ambient(environ).Environ()))
	if want := slices.Sorted(slices.Values(names)); !slices.Equal(got, want) {
		t.Errorf("taken: %v, want %v", got, want)
	}
}

func TestAmbientKeepsNothingOfItsArgument(t *testing.T) {
	environ := map[string]string{"AWS_REGION": "eu-west-1"}
	creds := Ambient(environ)
	environ["AWS_REGION"] = "changed"
	if got := creds.Environ()["AWS_REGION"]; got != "eu-west-1" {
		t.Error(got)
	}
}

func TestSecrets(t *testing.T) {
	creds := Ambient(map[string]string{"AWS_ACCESS_KEY_ID": "a", "AWS_SESSION_TOKEN": "t", "AWS_SECRET_ACCESS_KEY": "", "AWS_REGION": "r"})
	if got := creds.Secrets(); !slices.Equal(got, []string{"a", "t"}) {
		t.Errorf("secrets %v", got)
	}
	if got := (ReadOnly{}).Secrets(); got != nil {
		t.Errorf("the zero value has secrets: %v", got)
	}
}
