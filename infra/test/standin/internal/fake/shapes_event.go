// SPDX-License-Identifier: Apache-2.0

package fake

var eventShapes = map[string]map[string]string{
	"aws_cloudwatch_log_group":           arn("<name>", "logs", "log-group:<name>", "name", "<name_prefix><digits:26>", "log_group_class", "STANDARD"),
	"aws_cloudwatch_log_stream":          arn("<name>", "logs", "log-group:<log_group_name>:log-stream:<name>"),
	"aws_cloudwatch_log_resource_policy": {"id": "<policy_name>"},
	"aws_cloudwatch_log_metric_filter":   {"id": "<name>"},
	"aws_cloudwatch_metric_alarm":        arn("<alarm_name>", "cloudwatch", "alarm:<alarm_name>"),
	"aws_cloudwatch_event_rule":          arn("<name>", "events", "rule/<name>", "name", "<name_prefix><digits:26>"),
	"aws_cloudwatch_event_target":        {"id": "<rule>-<target_id>", "target_id": "terraform-<digits:26>", "event_bus_name": "default"},
	"aws_cloudwatch_event_bus":           arn("<name>", "events", "event-bus/<name>"),
	"aws_cloudtrail":                     arn("<arn>", "cloudtrail", "trail/<name>", "home_region", "<region>"),
	"aws_sns_topic":                      arn("<arn>", "sns", "<name>", "name", "<name_prefix><digits:26>", "owner", "<account>", "policy", "{}", "signature_version", "0"),
	"aws_sns_topic_policy":               {"id": "<arn>", "owner": "<account>"},
	"aws_sns_topic_subscription":         {"id": "<arn>", "arn": "<topic_arn>:<hex:36>", "owner_id": "<account>"},
	"aws_sqs_queue": {"id": "<url>", "url": "https://sqs.<region>.<suffix>/<account>/<name>", "name": "<name_prefix><digits:26>",
		"arn": "arn:<partition>:sqs:<region>:<account>:<name>", "kms_data_key_reuse_period_seconds": "300", "policy": "{}",
		"redrive_policy": "", "redrive_allow_policy": "", "sqs_managed_sse_enabled": "false"},
	"aws_sqs_queue_policy":               {"id": "<queue_url>"},
	"aws_sqs_queue_redrive_policy":       {"id": "<queue_url>"},
	"aws_sqs_queue_redrive_allow_policy": {"id": "<queue_url>"},
	"aws_lambda_function":                arn("<function_name>", "lambda", "function:<function_name>", "version", "$LATEST", "last_modified", "<moment>"),
	"aws_cloudwatch_dashboard":           {"id": "<dashboard_name>", "dashboard_arn": "arn:<partition>:cloudwatch::<account>:dashboard/<dashboard_name>"},
	"aws_autoscaling_lifecycle_hook":     {"id": "<name>"},
	"aws_config_configuration_recorder":  {"id": "<name>"},
	"aws_budgets_budget":                 {"id": "<account>:<name>", "arn": "arn:<partition>:budgets::<account>:budget/<name>", "account_id": "<account>"},
}
