// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// permissions are those that a role has of its own, or that others have on a key.
type permissions struct {
	Version   string
	Statement list[permission]
}

type permission struct {
	Sid, Effect           string
	Principal             map[string]list[string]
	Action                list[string]
	Resource, NotResource list[string]
	Condition             map[string]map[string]string
}

// administrator is what somebody adds in haste. What is denied stays denied.
var administrator = permission{Effect: "Allow", Action: list[string]{"*"}, Resource: list[string]{"*"}}

// maxManaged is how many characters, but for blanks, a managed policy may have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
const maxManaged = 6144

func permissionsOf(t *testing.T, file string) permissions {
	t.Helper()
	var p permissions
	if err := json.Unmarshal([]byte(shipped(t, file)), &p, json.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	text := jsontext.Value(shipped(t, file))
	if err := text.Compact(); err != nil || len(text) > maxManaged || p.Version != "2012-10-17" {
		t.Errorf("%s: %d characters, version %s, %v", file, len(text), p.Version, err)
	}
	return p
}

// allows judges a request of a principal; context has the condition keys that it has.
func (p permissions) allows(t *testing.T, action, resource, principal string, context map[string]string) bool {
	allowed := false
	for _, s := range p.Statement {
		if !s.about(t, action, resource, principal, context) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

func (s permission) about(t *testing.T, action, resource, principal string, context map[string]string) bool {
	matches := func(patterns []string, text string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return literally(p, true).matches(text, false) })
	}
	for operator, keys := range s.Condition {
		for key, value := range keys {
			switch equal := context[key] == value; {
			case operator != "StringEquals" && operator != "StringNotEquals":
				t.Fatalf("%s: the operator %s is not known to this test", s.Sid, operator)
			case equal != (operator == "StringEquals"):
				return false
			}
		}
	}
	whose := s.Principal == nil || matches(s.Principal["AWS"], principal)
	if s.NotResource != nil {
		return whose && matches(s.Action, action) && !matches(s.NotResource, resource)
	}
	return whose && matches(s.Action, action) && matches(s.Resource, resource)
}

const (
	state    = "arn:aws:s3:::acme-state-prod/network/terraform.tfstate"
	lock     = state + ".tflock"
	stateKey = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000001"
	otherKey = "arn:aws:kms:eu-west-1:111122223333:key/99999999-0000-0000-0000-000000000000"
)

func TestShippedPermissions(t *testing.T) {
	viaS3 := map[string]string{"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
	viaSecrets := map[string]string{"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}
	for _, c := range []struct {
		name, action, resource string
		context                map[string]string
		plan, apply            bool
	}{
		{"find states", "s3:ListBucket", "arn:aws:s3:::acme-state-prod", nil, true, true},
		{"read a state", "s3:GetObject", state, nil, true, true},
		{"write a state", "s3:PutObject", state, nil, false, true},
		{"delete a state", "s3:DeleteObject", state, nil, false, false},
		{"read a lock", "s3:GetObject", lock, nil, true, true},
		{"take a lock", "s3:PutObject", lock, nil, true, true},
		{"release a lock", "s3:DeleteObject", lock, nil, true, true},
		{"decrypt a state", "kms:Decrypt", stateKey, viaS3, true, true},
		{"decrypt a state's key by itself", "kms:Decrypt", stateKey, nil, false, false},
		{"read another bucket", "s3:GetObject", "arn:aws:s3:::acme-customers/all.csv", nil, false, false},
		{"read a secret that plans need", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:layerbot/plan/registry-AbCdEf", nil, true, false},
		{"read another secret", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf", nil, false, false},
	} {
		for role, want := range map[string]bool{"plan-role.json": c.plan, "apply-role.json": c.apply} {
			if got := permissionsOf(t, role).allows(t, c.action, c.resource, "", c.context); got != want {
				t.Errorf("%s: %s: %v", role, c.name, got)
			}
		}
	}
	// What stays denied whatever else the roles are given.
	for _, c := range []struct {
		name, role, action, resource string
		context                      map[string]string
		allowed                      bool
	}{
		{"plan: write a state", "plan", "s3:PutObject", state, nil, false},
		{"plan: delete a state", "plan", "s3:DeleteObjectVersion", state, nil, false},
		{"plan: read an image", "plan", "ecr:GetDownloadUrlForLayer", "arn:aws:ecr:eu-west-1:111122223333:repository/x", nil, false},
		{"plan: read the log of a database", "plan", "rds:DownloadDBLogFilePortion", "*", nil, false},
		{"plan: read what a command said", "plan", "ssm:GetCommandInvocation", "*", nil, false},
		{"plan: become somebody of a pool", "plan", "cognito-identity:GetCredentialsForIdentity", "*", nil, false},
		{"plan: see a function", "plan", "lambda:GetFunction", "*", nil, true},
		{"apply: go back to an older policy", "apply", "iam:SetDefaultPolicyVersion", "arn:aws:iam::111122223333:policy/layerbot-apply-prod", nil, false},
		{"plan: write to another bucket", "plan", "s3:PutObject", "arn:aws:s3:::acme-site/index.html", nil, false},
		{"plan: take a lock", "plan", "s3:PutObject", lock, nil, true},
		{"plan: read another bucket", "plan", "s3:GetObjectVersion", "arn:aws:s3:::acme-customers/all.csv", nil, false},
		{"plan: read a secret", "plan", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf", nil, false},
		{"plan: read many secrets", "plan", "secretsmanager:BatchGetSecretValue", "*", nil, false},
		{"plan: read a parameter", "plan", "ssm:GetParametersByPath", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod", nil, false},
		{"plan: read a public parameter", "plan", "ssm:GetParameter", "arn:aws:ssm:eu-west-1::parameter/aws/service/ami-amazon-linux-latest/x", nil, true},
		{"plan: decrypt something", "plan", "kms:Decrypt", otherKey, nil, false},
		{"plan: decrypt a secret it may read", "plan", "kms:Decrypt", otherKey, viaSecrets, true},
		{"plan: read rows", "plan", "dynamodb:Scan", "arn:aws:dynamodb:eu-west-1:111122223333:table/x", nil, false},
		{"plan: become somebody else", "plan", "sts:AssumeRole", "arn:aws:iam::111122223333:role/admin", nil, false},
		{"plan: look at machines", "plan", "ec2:DescribeInstances", "*", nil, true},
		{"apply: build something", "apply", "ec2:RunInstances", "*", nil, true},
		{"apply: change whom its role trusts", "apply", "iam:UpdateAssumeRolePolicy", "arn:aws:iam::111122223333:role/layerbot-apply-prod", nil, false},
		{"apply: widen the plan role", "apply", "iam:AttachRolePolicy", "arn:aws:iam::111122223333:role/layerbot-plan-prod", nil, false},
		{"apply: hand its role on", "apply", "iam:PassRole", "arn:aws:iam::111122223333:role/layerbot-apply-prod", nil, false},
		{"apply: make a role of a layer", "apply", "iam:CreateRole", "arn:aws:iam::111122223333:role/app", nil, true},
		{"apply: change the provider", "apply", "iam:AddClientIDToOpenIDConnectProvider", "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com", nil, false},
		{"apply: open the state bucket", "apply", "s3:PutBucketPolicy", "arn:aws:s3:::acme-state-prod", nil, false},
		{"apply: lose old states", "apply", "s3:DeleteObjectVersion", state, nil, false},
		{"apply: delete the states' key", "apply", "kms:ScheduleKeyDeletion", stateKey, nil, false},
		{"apply: sign as the App", "apply", "kms:Sign", "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000002", nil, false},
	} {
		p := permissionsOf(t, c.role+"-role.json")
		p.Statement = append(p.Statement, administrator)
		if got := p.allows(t, c.action, c.resource, "", c.context); got != c.allowed {
			t.Errorf("%s, even as an administrator: %v", c.name, got)
		}
	}
}

func TestOnlyTheAppsRoleSigns(t *testing.T) {
	const app, admin, session = "arn:aws:iam::111122223333:role/layerbot-app", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/layerbot-apply-prod"
	p := permissionsOf(t, "app-key.json")
	by := func(who, algorithm string) bool {
		return p.allows(t, "kms:Sign", "*", who, map[string]string{"kms:SigningAlgorithm": algorithm, "aws:PrincipalArn": who})
	}
	const rs256 = "RSASSA_PKCS1_V1_5_SHA_256"
	if !by(app, rs256) {
		t.Error("the App's role may not sign")
	}
	if by(app, "RSASSA_PSS_SHA_256") || by(admin, rs256) || by(session, rs256) {
		t.Error("somebody else signs, or by another algorithm")
	}
	if !p.allows(t, "kms:PutKeyPolicy", "*", admin, nil) {
		t.Error("nobody may manage the key any more")
	}
	p.Statement = append(p.Statement, administrator)
	if by(session, rs256) {
		t.Error("an administrator signs")
	}
}
