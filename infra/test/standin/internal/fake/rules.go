// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// checks is what the real provider, or AWS, refuses of single attributes.
var checks = map[string][]check{
	"aws_vpc":                             {cidr("cidr_block", 16, 28)},
	"aws_vpc_ipv4_cidr_block_association": {cidr("cidr_block", 16, 28)},
	"aws_subnet":                          {cidr("cidr_block", 16, 28)},
	"aws_route":                           {cidr("destination_cidr_block", 0, 32)},
	"aws_security_group":                  {groupText, length("name", 1, 255), length("name_prefix", 1, 229), matching("name", "^([^s]|s[^g]|sg[^-])", "a name must not begin with sg-"), cidr("ingress.cidr_blocks", 0, 32), cidr("egress.cidr_blocks", 0, 32)},
	"aws_security_group_rule":             {groupText, cidr("cidr_blocks", 0, 32), among("type", "ingress egress")},
	"aws_vpc_security_group_ingress_rule": {groupText, cidr("cidr_ipv4", 0, 32), between("from_port", -1, 65535), between("to_port", -1, 65535)},
	"aws_vpc_security_group_egress_rule":  {groupText, cidr("cidr_ipv4", 0, 32), between("from_port", -1, 65535), between("to_port", -1, 65535)},
	"aws_vpc_endpoint":                    {among("vpc_endpoint_type", "Gateway GatewayLoadBalancer Interface Resource ServiceNetwork"), policyJSON("policy")},
	"aws_flow_log":                        {among("traffic_type", "ACCEPT REJECT ALL"), among("max_aggregation_interval", "60 600"), anARN("iam_role_arn")},
	"aws_launch_template": {length("name", 3, 128), length("name_prefix", 1, 101), among("metadata_options.http_tokens", "optional required"),
		between("metadata_options.http_put_response_hop_limit", 1, 64), between("block_device_mappings.ebs.volume_size", 1, 16384)},
	"aws_instance": {among("metadata_options.http_tokens", "optional required"), between("metadata_options.http_put_response_hop_limit", 1, 64)},

	"aws_iam_role": {length("name", 1, 64), length("name_prefix", 1, 38), iamName, policyJSON("assume_role_policy"),
		between("max_session_duration", 3600, 43200), length("description", 0, 1000), iamText, anARN("permissions_boundary"), policyJSON("inline_policy.policy")},
	"aws_iam_policy":                  {length("name", 1, 128), length("name_prefix", 1, 102), iamName, policyJSON("policy"), length("policy", 1, 6144*4), length("description", 0, 1000)},
	"aws_iam_role_policy":             {length("name", 1, 128), iamName, policyJSON("policy")},
	"aws_iam_role_policy_attachment":  {anARN("policy_arn")},
	"aws_iam_instance_profile":        {length("name", 1, 128), iamName},
	"aws_iam_openid_connect_provider": {length("client_id_list", 1, 255), length("thumbprint_list", 40, 40)},

	"aws_kms_key":                      {between("deletion_window_in_days", 7, 30), between("rotation_period_in_days", 90, 2560), policyJSON("policy"), length("description", 0, 8192)},
	"aws_kms_key_policy":               {policyJSON("policy")},
	"aws_kms_alias":                    {matching("name", `^alias/[a-zA-Z0-9/_-]{1,250}$`, "a name begins with alias/ and has letters, digits, /, _ and - after it")},
	"aws_secretsmanager_secret":        {matching("name", `^[0-9A-Za-z/_+=.@-]{1,512}$`, "letters, digits and /_+=.@- are allowed"), among("recovery_window_in_days", recovery), policyJSON("policy")},
	"aws_secretsmanager_secret_policy": {policyJSON("policy"), anARN("secret_arn")},

	"aws_s3_bucket":        {matching("bucket", `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`, "3 to 63 lower-case letters, digits, dots and hyphens"), length("bucket_prefix", 0, 37)},
	"aws_s3_bucket_policy": {policyJSON("policy")},
	"aws_ecr_repository": {matching("name", `^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$`, "a name of a repository has lower-case letters, digits and single ._-/ between them"),
		length("name", 2, 256), among("image_tag_mutability", "MUTABLE IMMUTABLE"), among("encryption_configuration.encryption_type", "AES256 KMS KMS_DSSE")},
	"aws_ecr_lifecycle_policy":  {validJSON("policy")},
	"aws_ecr_repository_policy": {policyJSON("policy")},
	"aws_ecr_registry_policy":   {policyJSON("policy")},
	"aws_ecr_pull_through_cache_rule": {matching("ecr_repository_prefix", `^((?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*/?|ROOT)$`, "a prefix has lower-case letters, digits and single ._-/ between them"),
		length("ecr_repository_prefix", 2, 30), matching("credential_arn", `:secret:ecr-pullthroughcache/`, "the name of the secret begins with ecr-pullthroughcache/")},
	"aws_ecr_registry_scanning_configuration": {among("scan_type", "BASIC ENHANCED"), among("rule.scan_frequency", "SCAN_ON_PUSH CONTINUOUS_SCAN MANUAL")},
	"aws_ecr_repository_creation_template":    {among("applied_for", "PULL_THROUGH_CACHE REPLICATION"), policyJSON("repository_policy"), validJSON("lifecycle_policy")},

	"aws_eks_cluster": {matching("name", `^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`, "1 to 100 letters, digits, hyphens and underscores"), anARN("role_arn"), anARN("encryption_config.provider.key_arn"), among("encryption_config.resources", "secrets"),
		among("enabled_cluster_log_types", "api audit authenticator controllerManager scheduler"), among("access_config.authentication_mode", "API API_AND_CONFIG_MAP CONFIG_MAP"),
		among("upgrade_policy.support_type", "STANDARD EXTENDED"), matching("version", `^1\.\d{2}$`, "a version of Kubernetes such as 1.35")},
	"aws_eks_node_group": {among("ami_type", amiTypes), length("node_group_name", 1, 63), length("node_group_name_prefix", 1, 37), anARN("node_role_arn"), among("capacity_type", "ON_DEMAND SPOT CAPACITY_BLOCK"), among("taint.effect", "NO_SCHEDULE NO_EXECUTE PREFER_NO_SCHEDULE"),
		length("taint.key", 1, 63), length("taint.value", 0, 63), between("scaling_config.min_size", 0, 1000), between("scaling_config.max_size", 1, 1000), between("scaling_config.desired_size", 0, 1000), between("update_config.max_unavailable", 1, 100), between("update_config.max_unavailable_percentage", 1, 100)},
	"aws_eks_addon":                     {among("resolve_conflicts_on_create", "NONE OVERWRITE"), among("resolve_conflicts_on_update", "NONE OVERWRITE PRESERVE"), validJSON("configuration_values"), anARN("service_account_role_arn")},
	"aws_eks_access_entry":              {anARN("principal_arn"), among("type", "STANDARD EC2_LINUX EC2_WINDOWS FARGATE_LINUX EC2 HYBRID_LINUX HYPERPOD_LINUX")},
	"aws_eks_access_policy_association": {anARN("principal_arn"), matching("policy_arn", `^arn:aws[a-z-]*:eks::aws:cluster-access-policy/`, "an access policy of EKS is expected"), among("access_scope.type", "cluster namespace")},
	"aws_eks_pod_identity_association":  {anARN("role_arn"), length("namespace", 1, 63), length("service_account", 1, 253)},

	"aws_cloudwatch_log_group":    {matching("name", `^[a-zA-Z0-9_./#-]{1,512}$`, "1 to 512 letters, digits and _./#-"), among("retention_in_days", retention), anARN("kms_key_id")},
	"aws_cloudwatch_event_rule":   {matching("name", `^[0-9A-Za-z_.-]{1,64}$`, "1 to 64 letters, digits, _, . and -"), validJSON("event_pattern"), length("event_pattern", 1, 4096), length("description", 0, 512)},
	"aws_cloudwatch_event_target": {anARN("arn"), matching("target_id", `^[0-9A-Za-z_.-]{1,64}$`, "1 to 64 letters, digits, _, . and -")},
	"aws_sns_topic":               {matching("name", `^[0-9A-Za-z_-]{1,256}(\.fifo)?$`, "1 to 256 letters, digits, hyphens and underscores"), policyJSON("policy")},
	"aws_sns_topic_policy":        {policyJSON("policy"), anARN("arn")},
	"aws_sqs_queue":               {matching("name", `^[0-9A-Za-z_-]{1,80}(\.fifo)?$`, "1 to 80 letters, digits, hyphens and underscores"), policyJSON("policy"), validJSON("redrive_policy"), between("message_retention_seconds", 60, 1209600), between("visibility_timeout_seconds", 0, 43200)},
	"aws_sqs_queue_policy":        {policyJSON("policy")},

	"aws_lb":                         balancerChecks,
	"aws_lb_target_group":            {matching("name", balancerName, "1 to 32 letters, digits and hyphens, no hyphen first or last"), length("name_prefix", 1, 6), between("port", 1, 65535), among("protocol", "GENEVE HTTP HTTPS TCP TCP_UDP TLS UDP"), among("target_type", "instance ip lambda alb"), between("health_check.interval", 5, 300), between("health_check.healthy_threshold", 2, 10), between("health_check.unhealthy_threshold", 2, 10)},
	"aws_lb_listener":                {between("tcp_idle_timeout_seconds", 60, 6000), among("protocol", "HTTP HTTPS TCP TLS UDP TCP_UDP GENEVE"), between("port", 1, 65535), among("default_action.type", "forward redirect fixed-response authenticate-cognito authenticate-oidc")},
	"aws_cloudfront_vpc_origin":      {anARN("vpc_origin_endpoint_config.arn"), among("vpc_origin_endpoint_config.origin_protocol_policy", "http-only match-viewer https-only"), between("vpc_origin_endpoint_config.http_port", 1, 65535), between("vpc_origin_endpoint_config.https_port", 1, 65535)},
	"aws_ram_resource_association":   {anARN("resource_arn")},
	"aws_inspector2_enabler":         {among("resource_types", "EC2 ECR LAMBDA LAMBDA_CODE CODE_REPOSITORY")},
	"aws_acm_certificate_validation": {anARN("certificate_arn")},
	"helm_release":                   {matching("name", `^[a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?$`, "1 to 53 lower-case letters, digits, hyphens and dots"), between("timeout", 1, 86400)},
}

const (
	balancerName = `^[0-9A-Za-z]([0-9A-Za-z-]{0,30}[0-9A-Za-z])?$`
	recovery     = "0 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30"
	amiTypes     = "AL2_x86_64 AL2_x86_64_GPU AL2_ARM_64 CUSTOM BOTTLEROCKET_ARM_64 BOTTLEROCKET_x86_64 " +
		"BOTTLEROCKET_ARM_64_NVIDIA BOTTLEROCKET_x86_64_NVIDIA WINDOWS_CORE_2019_x86_64 WINDOWS_FULL_2019_x86_64 WINDOWS_CORE_2022_x86_64 WINDOWS_FULL_2022_x86_64 " +
		"AL2023_x86_64_STANDARD AL2023_ARM_64_STANDARD AL2023_x86_64_NEURON AL2023_x86_64_NVIDIA AL2023_ARM_64_NVIDIA"
	retention = "0 1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653"
)

var balancerChecks = []check{
	matching("name", balancerName, "1 to 32 letters, digits and hyphens, no hyphen first or last"),
	length("name_prefix", 1, 6), among("load_balancer_type", "application gateway network"),
	among("ip_address_type", "ipv4 dualstack dualstack-without-public-ipv4"), between("idle_timeout", 1, 4000),
}

// groupText is the check of a description of EC2: this alphabet, 255 characters.
var groupText = matching("description", `^[0-9A-Za-z_ .:/()#,@\[\]+=&;{}!$*-]{0,255}$`, "at most 255 of a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*")

// iamText is the check of a role's description: what IAM takes of Latin-1, so no dashes and dots of typesetters.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
var iamText = matching("description", `^[\t\n\r\x20-\x7e\x{a1}-\x{ff}]*$`, "letters, digits and signs of Latin-1 are allowed")

var iamName = matching("name", `^[0-9A-Za-z_+=,.@-]+$`, "letters, digits and _+=,.@- are allowed")

// conflicts lists pairs of arguments that exclude each other.
var conflicts = map[string][][2]string{
	"aws_security_group":                {{"name", "name_prefix"}},
	"aws_launch_template":               {{"name", "name_prefix"}, {"instance_type", "instance_requirements"}, {"vpc_security_group_ids", "security_group_names"}},
	"aws_iam_role":                      {{"name", "name_prefix"}},
	"aws_iam_policy":                    {{"name", "name_prefix"}},
	"aws_iam_instance_profile":          {{"name", "name_prefix"}},
	"aws_kms_alias":                     {{"name", "name_prefix"}},
	"aws_secretsmanager_secret":         {{"name", "name_prefix"}},
	"aws_secretsmanager_secret_version": {{"secret_string", "secret_string_wo"}, {"secret_string", "secret_binary"}, {"secret_binary", "secret_string_wo"}},
	"aws_s3_bucket":                     {{"bucket", "bucket_prefix"}},
	"aws_eks_node_group":                {{"node_group_name", "node_group_name_prefix"}, {"launch_template", "remote_access"}},
	"aws_cloudwatch_log_group":          {{"name", "name_prefix"}},
	"aws_cloudwatch_event_rule":         {{"name", "name_prefix"}},
	"aws_sns_topic":                     {{"name", "name_prefix"}},
	"aws_sqs_queue":                     {{"name", "name_prefix"}, {"kms_master_key_id", "sqs_managed_sse_enabled"}},
	"aws_lb":                            {{"name", "name_prefix"}, {"subnets", "subnet_mapping"}},
	"aws_lb_target_group":               {{"name", "name_prefix"}},
	"aws_flow_log":                      {{"vpc_id", "subnet_id"}, {"log_destination", "log_group_name"}},
	"aws_subnet":                        {{"availability_zone", "availability_zone_id"}},
	"aws_instance":                      {{"user_data", "user_data_base64"}, {"vpc_security_group_ids", "network_interface"}},
	"aws_eks_addon":                     {{"pod_identity_association", "service_account_role_arn"}},
}

// oneOf lists groups of arguments of which one is needed.
var oneOf = map[string][][]string{
	"aws_vpc_security_group_ingress_rule": {{"cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"}},
	"aws_vpc_security_group_egress_rule":  {{"cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"}},
}

// rules is what is refused of several attributes together.
var rules = map[string][]ruleOf{
	"aws_eks_node_group":                {sizesInOrder, noDiskBesideTemplate},
	"aws_cloudwatch_event_rule":         {patternOrSchedule},
	"aws_secretsmanager_secret_version": {writeOnlyWithVersion},
	"aws_lb_target_group":               {portNeedsNetwork},
	"aws_vpc_endpoint":                  {gatewaysHaveNoNames},
}

func sizesInOrder(o cty.Value) ([]string, string) {
	for _, c := range slice(attribute(o, "scaling_config")) {
		least, wanted, most := c.GetAttr("min_size"), c.GetAttr("desired_size"), c.GetAttr("max_size")
		if !known(least) || !known(wanted) || !known(most) {
			continue
		}
		if least.GreaterThan(wanted).True() || wanted.GreaterThan(most).True() {
			return []string{"scaling_config", "[0]", "desired_size"}, fmt.Sprintf("min_size ≤ desired_size ≤ max_size is expected, got %s, %s, %s", asText(least), asText(wanted), asText(most))
		}
	}
	return nil, ""
}

func noDiskBesideTemplate(o cty.Value) ([]string, string) {
	if given(attribute(o, "launch_template")) && given(attribute(o, "disk_size")) {
		return []string{"disk_size"}, "disk size must be specified within the launch template"
	}
	return nil, ""
}

func patternOrSchedule(o cty.Value) ([]string, string) {
	if !given(attribute(o, "event_pattern")) && !given(attribute(o, "schedule_expression")) {
		return []string{"event_pattern"}, "one of event_pattern, schedule_expression must be given"
	}
	return nil, ""
}

func writeOnlyWithVersion(o cty.Value) ([]string, string) {
	if given(attribute(o, "secret_string_wo")) != given(attribute(o, "secret_string_wo_version")) {
		return []string{"secret_string_wo_version"}, "secret_string_wo and secret_string_wo_version need each other"
	}
	return nil, ""
}

func portNeedsNetwork(o cty.Value) ([]string, string) {
	if text(attribute(o, "target_type")) == "lambda" {
		return nil, ""
	}
	for _, name := range []string{"port", "protocol", "vpc_id"} {
		if !given(attribute(o, name)) {
			return []string{name}, name + " should be set when target type is not lambda"
		}
	}
	return nil, ""
}

func gatewaysHaveNoNames(o cty.Value) ([]string, string) {
	typ := text(attribute(o, "vpc_endpoint_type"))
	if slices.Contains([]string{"", "Gateway"}, typ) && known(attribute(o, "private_dns_enabled")) && attribute(o, "private_dns_enabled").True() {
		return []string{"private_dns_enabled"}, "private_dns_enabled is for endpoints of type Interface"
	}
	return nil, ""
}
