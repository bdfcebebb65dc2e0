// SPDX-License-Identifier: Apache-2.0

package fake

// bucketPart is a part of a bucket that is a resource of its own.
var bucketPart = map[string]string{"id": "<bucket>"}

var storageShapes = map[string]map[string]string{
	"aws_s3_bucket": {"id": "<bucket>", "bucket": "<bucket_prefix><digits:26>", "arn": "arn:<partition>:s3:::<bucket>",
		"bucket_domain_name": "<bucket>.s3.<suffix>", "bucket_regional_domain_name": "<bucket>.s3.<region>.<suffix>",
		"hosted_zone_id": "Z1BKCTXD74EZPE", "region": "<region>", "request_payer": "BucketOwner", "object_lock_enabled": "false"},
	"aws_s3_bucket_acl":                                  bucketPart,
	"aws_s3_bucket_lifecycle_configuration":              bucketPart,
	"aws_s3_bucket_logging":                              bucketPart,
	"aws_s3_bucket_notification":                         bucketPart,
	"aws_s3_bucket_object_lock_configuration":            bucketPart,
	"aws_s3_bucket_ownership_controls":                   bucketPart,
	"aws_s3_bucket_policy":                               bucketPart,
	"aws_s3_bucket_public_access_block":                  bucketPart,
	"aws_s3_bucket_server_side_encryption_configuration": bucketPart,
	"aws_s3_bucket_versioning":                           bucketPart,
	"aws_s3_account_public_access_block":                 {"id": "<account>", "account_id": "<account>"},
	"aws_s3_object":                                      {"id": "<key>", "arn": "arn:<partition>:s3:::<bucket>/<key>", "etag": "<hex:32>", "storage_class": "STANDARD", "version_id": "<hex:32>"},
	"aws_dynamodb_table":                                 arn("<name>", "dynamodb", "table/<name>"),
	"aws_ecr_repository": arn("<name>", "ecr", "repository/<name>", "registry_id", "<account>",
		"repository_url", "<account>.dkr.ecr.<region>.<suffix>/<name>"),
	"aws_ecr_repository_policy":               {"id": "<repository>", "registry_id": "<account>"},
	"aws_ecr_lifecycle_policy":                {"id": "<repository>", "registry_id": "<account>"},
	"aws_ecr_pull_through_cache_rule":         {"id": "<ecr_repository_prefix>", "registry_id": "<account>"},
	"aws_ecr_registry_policy":                 {"id": "<account>", "registry_id": "<account>"},
	"aws_ecr_registry_scanning_configuration": {"id": "<account>", "registry_id": "<account>"},
	"aws_ecr_repository_creation_template":    {"id": "<prefix>", "registry_id": "<account>"},
	"aws_ecr_replication_configuration":       {"id": "<account>", "registry_id": "<account>"},
	"aws_ecr_account_setting":                 {"id": "<name>"},
	"aws_ecr_authorization_token": {"id": "<account>", "user_name": "AWS", "password": Canary + "-ecr-<hex:12>", //nolint:gosec // made up
		"authorization_token": "<base64:AWS:<password>>", "expires_at": "<moment>",
		"proxy_endpoint": "https://<account>.dkr.ecr.<region>.<suffix>"},
	"aws_efs_file_system": arn("fs-<hex:17>", "elasticfilesystem", "file-system/<id>", "dns_name", "<id>.efs.<region>.<suffix>"),
	"aws_backup_vault":    arn("<name>", "backup", "backup-vault:<name>"),
}
