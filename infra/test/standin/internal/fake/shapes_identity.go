// SPDX-License-Identifier: Apache-2.0

package fake

// iam is the shape of what is in no region.
func iam(id, resource string, more ...string) map[string]string {
	return with(map[string]string{"id": id, "arn": "arn:<partition>:iam::<account>:" + resource}, more...)
}

var identityShapes = map[string]map[string]string{
	"aws_iam_role": iam("<name>", "role<path><name>", "unique_id", "AROA<upper:17>", "create_date", "<moment>",
		"path", "/", "name", "<name_prefix><digits:26>"),
	"aws_iam_policy": iam("<arn>", "policy<path><name>", "policy_id", "ANPA<upper:17>", "path", "/",
		"name", "<name_prefix><digits:26>"),
	"aws_iam_role_policy":             {"id": "<role>:<name>", "name": "<name_prefix><digits:26>"},
	"aws_iam_role_policy_attachment":  {"id": "<role>-<digits:26>"},
	"aws_iam_instance_profile":        iam("<name>", "instance-profile<path><name>", "unique_id", "AIPA<upper:17>", "create_date", "<moment>", "path", "/", "name", "<name_prefix><digits:26>"),
	"aws_iam_openid_connect_provider": {"id": "<arn>", "arn": "arn:<partition>:iam::<account>:oidc-provider/<host:url>", "thumbprint_list": `["<hex:40>"]`},
	"aws_iam_service_linked_role":     iam("<arn>", "role/aws-service-role/<aws_service_name>/AWSServiceRoleForSomething", "name", "AWSServiceRoleForSomething", "path", "/aws-service-role/<aws_service_name>/", "unique_id", "AROA<upper:17>", "create_date", "<moment>"),
	"aws_iam_user":                    iam("<name>", "user<path><name>", "unique_id", "AIDA<upper:17>"),
	"aws_iam_account_alias":           {"id": "<account_alias>"},
	"aws_iam_account_password_policy": {"id": "iam-account-password-policy"},
	"aws_kms_key": {"id": "<key_id>", "key_id": "<uuid>",
		"arn": "arn:<partition>:kms:<region>:<account>:key/<key_id>", "multi_region": "false", "rotation_period_in_days": "365",
		"policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:<partition>:iam::<account>:root"},"Action":"kms:*","Resource":"*"}]}`},
	"aws_kms_alias": {"id": "<name>", "name": "<name_prefix><digits:26>", "arn": "arn:<partition>:kms:<region>:<account>:<name>",
		"target_key_arn": "arn:<partition>:kms:<region>:<account>:key/<target_key_id>"},
	"aws_kms_key_policy":                                 {"id": "<key_id>"},
	"aws_kms_grant":                                      {"id": "<key_id>:<grant_id>", "grant_id": "<hex:64>"},
	"aws_secretsmanager_secret":                          arn("<arn>", "secretsmanager", "secret:<name>-<hex:6>", "name", "<name_prefix><digits:26>", "policy", ""),
	"aws_secretsmanager_secret_version":                  {"id": "<secret_id>|<version_id>", "arn": "<secret_id>", "version_id": "<uuid>", "version_stages": `["AWSCURRENT"]`},
	"aws_secretsmanager_secret_policy":                   {"id": "<secret_arn>"},
	"aws_ssm_parameter":                                  arn("<name>", "ssm", "parameter<name>", "version", "1", "tier", "Standard", "data_type", "text"),
	"aws_ssm_document":                                   arn("<name>", "ssm", "document/<name>", "status", "Active", "owner", "<account>", "default_version", "1", "latest_version", "1"),
	"aws_organizations_policy":                           {"id": "p-<hex:8>", "arn": "arn:<partition>:organizations::<account>:policy/o-<hex:10>/service_control_policy/<id>"},
	"aws_cognito_user_pool":                              arn("<region>_<hex:9>", "cognito-idp", "userpool/<id>", "endpoint", "cognito-idp.<region>.<suffix>/<id>"),
	"aws_guardduty_detector":                             arn("<hex:32>", "guardduty", "detector/<id>", "account_id", "<account>"),
	"aws_accessanalyzer_analyzer":                        arn("<analyzer_name>", "access-analyzer", "analyzer/<analyzer_name>"),
	"aws_securityhub_account":                            {"id": "<account>", "arn": "arn:<partition>:securityhub:<region>:<account>:hub/default"},
	"aws_inspector2_enabler":                             {"id": "<account>-ECR"},
	"aws_bedrock_model_invocation_logging_configuration": {"id": "<region>"},
}
