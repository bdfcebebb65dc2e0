// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"github.com/zclconf/go-cty/cty"
)

// defaults is what the real provider puts where a configuration says nothing: top-level attributes, by type.
var defaults = map[string]map[string]cty.Value{
	"aws_vpc":                           values("enable_dns_support", true, "instance_tenancy", "default"),
	"aws_subnet":                        values("assign_ipv6_address_on_creation", false, "enable_dns64", false, "enable_resource_name_dns_a_record_on_launch", false, "enable_resource_name_dns_aaaa_record_on_launch", false, "ipv6_native", false, "map_public_ip_on_launch", false),
	"aws_security_group":                values("description", "Managed by Terraform", "revoke_rules_on_delete", false),
	"aws_security_group_rule":           values("self", false),
	"aws_nat_gateway":                   values("connectivity_type", "public"),
	"aws_instance":                      values("get_password_data", false, "source_dest_check", true, "user_data_replace_on_change", false),
	"aws_flow_log":                      values("log_destination_type", "cloud-watch-logs", "max_aggregation_interval", 600),
	"aws_vpc_endpoint":                  values("vpc_endpoint_type", "Gateway"),
	"aws_iam_role":                      values("force_detach_policies", false, "max_session_duration", 3600, "path", "/"),
	"aws_iam_policy":                    values("path", "/"),
	"aws_iam_instance_profile":          values("path", "/"),
	"aws_kms_key":                       values("bypass_policy_lockout_safety_check", false, "customer_master_key_spec", "SYMMETRIC_DEFAULT", "enable_key_rotation", false, "is_enabled", true, "key_usage", "ENCRYPT_DECRYPT"),
	"aws_secretsmanager_secret":         values("force_overwrite_replica_secret", false, "recovery_window_in_days", 30),
	"aws_s3_bucket":                     values("force_destroy", false),
	"aws_s3_bucket_public_access_block": values("block_public_acls", false, "block_public_policy", false, "ignore_public_acls", false, "restrict_public_buckets", false),
	"aws_ecr_repository":                values("image_tag_mutability", "MUTABLE"),
	"aws_eks_cluster":                   values("bootstrap_self_managed_addons", true),
	"aws_eks_access_entry":              values("type", "STANDARD"),
	"aws_cloudwatch_log_group":          values("retention_in_days", 0, "skip_destroy", false),
	"aws_cloudwatch_event_rule":         values("event_bus_name", "default", "force_destroy", false),
	"aws_cloudwatch_event_target":       values("event_bus_name", "default", "force_destroy", false),
	"aws_cloudwatch_metric_alarm":       values("actions_enabled", true, "treat_missing_data", "missing"),
	"aws_sns_topic":                     values("content_based_deduplication", false, "fifo_topic", false),
	"aws_sqs_queue":                     values("content_based_deduplication", false, "delay_seconds", 0, "fifo_queue", false, "max_message_size", 262144, "message_retention_seconds", 345600, "receive_wait_time_seconds", 0, "visibility_timeout_seconds", 30),
	"aws_ram_resource_share":            values("allow_external_principals", false),
	"aws_lb":                            values("client_keep_alive", 3600, "desync_mitigation_mode", "defensive", "drop_invalid_header_fields", false, "enable_cross_zone_load_balancing", false, "enable_deletion_protection", false, "enable_http2", true, "enable_tls_version_and_cipher_suite_headers", false, "enable_waf_fail_open", false, "enable_xff_client_port", false, "enable_zonal_shift", false, "idle_timeout", 60, "load_balancer_type", "application", "preserve_host_header", false, "xff_header_processing_mode", "append"),
	"aws_lb_target_group":               values("deregistration_delay", "300", "lambda_multi_value_headers_enabled", false, "proxy_protocol_v2", false, "slow_start", 0, "target_type", "instance"),
	"helm_release":                      values("atomic", false, "cleanup_on_fail", false, "create_namespace", false, "dependency_update", false, "disable_crd_hooks", false, "disable_openapi_validation", false, "disable_webhooks", false, "force_update", false, "lint", false, "max_history", 0, "namespace", "default", "pass_credentials", false, "recreate_pods", false, "render_subchart_notes", true, "replace", false, "reset_values", false, "reuse_values", false, "skip_crds", false, "timeout", 300, "verify", false, "wait", true, "wait_for_jobs", false),
}

// values makes a table of pairs of attribute and default.
func values(pairs ...any) map[string]cty.Value {
	table := map[string]cty.Value{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			panic("the name of an attribute is a text")
		}
		switch v := pairs[i+1].(type) {
		case bool:
			table[name] = cty.BoolVal(v)
		case int:
			table[name] = cty.NumberIntVal(int64(v))
		case string:
			table[name] = cty.StringVal(v)
		}
	}
	return table
}

// changing is what AWS gives anew with each change of an object.
var changing = map[string][]string{
	"aws_launch_template":               {"latest_version"},
	"aws_cloudfront_vpc_origin":         {"etag"},
	"aws_cloudfront_distribution":       {"etag"},
	"aws_eks_addon":                     {"modified_at"},
	"aws_eks_access_entry":              {"modified_at"},
	"aws_secretsmanager_secret_version": {"version_id", "id"},
	"aws_ssm_parameter":                 {"version"},
	"aws_ec2_managed_prefix_list":       {"version"},
	"helm_release":                      {"manifest", "metadata"},
}
