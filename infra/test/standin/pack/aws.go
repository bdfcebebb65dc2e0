// SPDX-License-Identifier: Apache-2.0

package main

import (
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
)

// endpoints names the services whose addresses a configuration may set. The real provider has some four hundred.
const endpoints = `acm autoscaling bedrock cloudfront cloudwatch cloudwatchlogs cognitoidp dynamodb ec2 ecr ecrpublic eks elbv2
	eventbridge events guardduty iam inspector2 kms lambda logs organizations ram rds route53 s3 s3control secretsmanager
	securityhub sns sqs ssm sso sts wafv2`

// awsProvider is the provider block of hashicorp/aws 5.100.
// Source: https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs#argument-reference
func awsProvider() *tfjson.Schema {
	text, texts, flag := cty.String, cty.Set(cty.String), cty.Bool
	top := optional(nil, text, `access_key custom_ca_bundle ec2_metadata_service_endpoint ec2_metadata_service_endpoint_mode
		http_proxy https_proxy no_proxy profile region retry_mode s3_us_east_1_regional_endpoint secret_key sts_region token`)
	optional(top, texts, "allowed_account_ids forbidden_account_ids")
	optional(top, cty.List(text), "shared_config_files shared_credentials_files")
	optional(top, flag, `insecure s3_use_path_style skip_credentials_validation skip_metadata_api_check skip_region_validation
		skip_requesting_account_id use_dualstack_endpoint use_fips_endpoint`)
	top["skip_metadata_api_check"].AttributeType = text
	optional(top, cty.Number, "max_retries token_bucket_rate_limiter_capacity")

	assume := optional(nil, text, "duration external_id policy role_arn session_name source_identity")
	optional(assume, texts, "policy_arns transitive_tag_keys")
	optional(assume, cty.Map(text), "tags")
	web := optional(nil, text, "duration policy role_arn session_name web_identity_token web_identity_token_file")
	optional(web, texts, "policy_arns")

	list, set := tfjson.SchemaNestingModeList, tfjson.SchemaNestingModeSet
	return &tfjson.Schema{Block: block(top, map[string]*tfjson.SchemaBlockType{
		"assume_role":                   nested(list, 0, block(assume, nil)),
		"assume_role_with_web_identity": nested(list, 1, block(web, nil)),
		"default_tags":                  nested(list, 1, block(optional(nil, cty.Map(text), "tags"), nil)),
		"ignore_tags":                   nested(list, 1, block(optional(nil, texts, "keys key_prefixes"), nil)),
		"endpoints":                     nested(set, 0, block(optional(nil, text, endpoints), nil)),
	})}
}
