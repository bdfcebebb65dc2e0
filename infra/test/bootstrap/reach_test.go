// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/tree"
)

const (
	machine  = "arn:aws:ec2:eu-west-1:{account}:instance/i-1"
	template = "arn:aws:ec2:eu-west-1:{account}:launch-template/lt-1"
)

// The ways by which who runs as the apply role could become somebody who may do more.
func TestApplyRoleReachesNoFurther(t *testing.T) {
	mine := map[string]string{"aws:ResourceTag/Project": "layerbot"}
	theirs := map[string]string{"aws:ResourceTag/Project": "payroll"}
	for environment := range accounts {
		l := apply(t, environment)
		own, _ := l.policies(t, l.id()+"-apply")

		// A state names providers, which run as the person who applies 01-bootstrap.
		ofThisLayer := states + "/" + ownKey(t, environment)
		l.ask(t, "apply as administrator", append(own, administrator), []question{
			{"read the state of 01-bootstrap", "s3:GetObject", ofThisLayer, nil, true},
			{"lock it", "s3:PutObject", ofThisLayer + ".tflock", nil, true},
			{"write it", "s3:PutObject", ofThisLayer, nil, false},
			{"delete it", "s3:DeleteObject", ofThisLayer, nil, false},
			{"write that of another layer", "s3:PutObject", state, nil, true},
		})

		// Tags decide what may be changed: instances, templates and keys of others must not be given any.
		l.ask(t, "apply", own, []question{
			{"tag an instance that it makes", "ec2:CreateTags", machine, map[string]string{"ec2:CreateAction": "RunInstances"}, true},
			{"tag an instance of its own", "ec2:CreateTags", machine, mine, true},
			{"tag somebody's instance", "ec2:CreateTags", machine, nil, false},
			{"take the tags off somebody's instance", "ec2:DeleteTags", machine, theirs, false},
			{"tag the volume of what it made", "ec2:CreateTags", "arn:aws:ec2:eu-west-1:{account}:volume/vol-1", nil, true},
			{"tag the volume of others", "ec2:CreateTags", "arn:aws:ec2:eu-west-1:{account}:volume/vol-1", theirs, false},
			{"say how somebody's instance begins", "ec2:ModifyInstanceAttribute", machine, nil, false},
			{"make a template", "ec2:CreateLaunchTemplate", template, map[string]string{"aws:RequestTag/Project": "layerbot"}, true},
			{"tag a template that it makes", "ec2:CreateTags", template, map[string]string{"ec2:CreateAction": "CreateLaunchTemplate"}, true},
			{"change a template of its own", "ec2:CreateLaunchTemplateVersion", template, mine, true},
			{"change somebody's template", "ec2:CreateLaunchTemplateVersion", template, nil, false},
			{"choose a version of somebody's template", "ec2:ModifyLaunchTemplate", template, theirs, false},
			{"tag somebody's template", "ec2:CreateTags", template, nil, false},
			{"tag a key that it makes", "kms:TagResource", other, map[string]string{"aws:RequestTag/Project": "layerbot"}, true},
			{"tag a key of its own", "kms:TagResource", other, with(mine, "kms:ResourceAliases", "alias/{id}-general"), true},
			{"tag a key without tags that is somebody's", "kms:TagResource", other, map[string]string{"kms:ResourceAliases": "alias/payroll"}, false},
			{"take the name of the states' key", "kms:DeleteAlias", "arn:aws:kms:eu-west-1:{account}:alias/{id}-state", nil, false},
		})
	}
}

// The organization's policy keeps the account's other administrators from what makes the roles what they are.
func TestServiceControlPolicyKeepsTheRolesAsTheyAre(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(root, "examples", "aws", "scp.json"))
	if err != nil {
		t.Fatal(err)
	}
	statements := []iam.Statement{administrator}
	for _, s := range parse(t, string(raw)) {
		if s.Sid == "KeepWhatLetsLayerbotIn" {
			statements = append(statements, s)
		}
	}
	if len(statements) != 2 {
		t.Fatal("there is no statement KeepWhatLetsLayerbotIn")
	}
	actions := map[string][]string{
		"aws_iam_policy": {"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicyVersion", "iam:DeletePolicy", "iam:CreatePolicy"},
		"aws_iam_role": {
			"iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRole",
			"iam:UpdateRole", "iam:PutRolePermissionsBoundary",
		},
		"aws_iam_openid_connect_provider": {
			"iam:AddClientIDToOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider",
		},
	}
	for environment := range accounts {
		l := apply(t, environment)
		for kind, names := range actions {
			made := l.of(kind)
			if len(made) == 0 {
				t.Errorf("%s: there is no %s", environment, kind)
			}
			for _, r := range made {
				for _, action := range names {
					l.ask(t, "administrator", statements, []question{
						{"change what lets Layerbot in", action, r.text("arn"), map[string]string{"aws:PrincipalArn": "{iam}:role/administrator"}, false},
						{"change it as who bootstraps", action, r.text("arn"), map[string]string{"aws:PrincipalArn": "{iam}:role/bootstrap-administrator"}, true},
					})
				}
			}
		}
	}
}

// ownKey is where an environment's 01-bootstrap keeps its state.
func ownKey(t *testing.T, environment string) string {
	t.Helper()
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(root, "infra", "01-bootstrap", "environments", environment, "backend-config.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`(?m)^key\s*=\s*"(.+)"$`).FindSubmatch(raw)
	if key == nil {
		t.Fatalf("%s: the backend has no key", environment)
	}
	return string(key[1])
}

// What ReadOnlyAccess gives besides infrastructure: images, code, logs, rows, credentials. Neither role has it.
func TestReadOnlyIsNotData(t *testing.T) {
	for environment := range accounts {
		l := apply(t, environment)
		for _, role := range []string{"plan", "apply"} {
			own, _ := l.policies(t, l.id()+"-"+role)
			for _, action := range []string{
				"appconfig:GetConfiguration", "codeartifact:GetPackageVersionAsset", "cognito-identity:GetCredentialsForIdentity",
				"cognito-identity:GetOpenIdTokenForDeveloperIdentity", "dax:Query", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "es:ESHttpGet",
				"kinesisvideo:GetMedia", "lambda:GetFunction", "lightsail:GetBucketAccessKeys", "logs:GetLogEvents", "logs:GetLogObject",
				"rds:DownloadDBLogFilePortion", "s3-object-lambda:GetObject", "s3tables:GetTableData", "sqs:ReceiveMessage",
				"ssm:GetCommandInvocation", "ssm:ListCommandInvocations", "states:GetExecutionHistory", "transcribe:GetTranscriptionJob",
			} {
				l.ask(t, role+" as administrator", append(own, administrator), []question{{"read data", action, "*", nil, false}})
			}
			for _, action := range []string{"ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "lambda:ListFunctions", "logs:DescribeLogGroups", "ssm:DescribeDocument", "ssm:GetDocument", "sqs:GetQueueAttributes"} {
				l.ask(t, role+" as administrator", append(own, administrator), []question{{"see infrastructure", action, "*", nil, true}})
			}
		}
	}
}
