// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"slices"
	"strings"
)

// renamed lists the attributes that, changed, make almost every object anew.
var renamed = []string{"name", "name_prefix", "availability_zone", "bucket", "bucket_prefix", "cluster_name", "vpc_id"}

// replacing lists what else makes an object of a type anew. "-name" says that a change of name does not.
var replacing = map[string]string{
	"aws_vpc":                              "cidr_block ipv4_ipam_pool_id instance_tenancy",
	"aws_vpc_ipv4_cidr_block_association":  "cidr_block",
	"aws_subnet":                           "cidr_block outpost_arn ipv6_native",
	"aws_eip":                              "domain network_border_group public_ipv4_pool",
	"aws_nat_gateway":                      "allocation_id subnet_id connectivity_type",
	"aws_route":                            "route_table_id destination_cidr_block destination_ipv6_cidr_block destination_prefix_list_id",
	"aws_route_table_association":          "subnet_id gateway_id",
	"aws_security_group":                   "description",
	"aws_security_group_rule":              "cidr_blocks from_port ipv6_cidr_blocks prefix_list_ids protocol security_group_id self source_security_group_id to_port type",
	"aws_vpc_security_group_ingress_rule":  "security_group_id",
	"aws_vpc_security_group_egress_rule":   "security_group_id",
	"aws_flow_log":                         "eni_id iam_role_arn log_destination log_destination_type log_format max_aggregation_interval subnet_id traffic_type",
	"aws_vpc_endpoint":                     "service_name vpc_endpoint_type",
	"aws_instance":                         "ami ephemeral_block_device host_id key_name placement_group private_ip subnet_id associate_public_ip_address",
	"aws_launch_template":                  "",
	"aws_iam_role":                         "path",
	"aws_iam_policy":                       "path description",
	"aws_iam_role_policy":                  "role",
	"aws_iam_role_policy_attachment":       "role policy_arn",
	"aws_iam_instance_profile":             "path",
	"aws_iam_openid_connect_provider":      "url",
	"aws_kms_key":                          "customer_master_key_spec custom_key_store_id key_usage multi_region",
	"aws_secretsmanager_secret_version":    "secret_id secret_string secret_binary secret_string_wo_version",
	"aws_secretsmanager_secret_policy":     "secret_arn",
	"aws_s3_bucket":                        "object_lock_enabled",
	"aws_ecr_repository":                   "encryption_configuration",
	"aws_ecr_lifecycle_policy":             "policy repository",
	"aws_ecr_repository_policy":            "repository",
	"aws_ecr_pull_through_cache_rule":      "ecr_repository_prefix upstream_registry_url upstream_repository_prefix",
	"aws_ecr_repository_creation_template": "prefix",
	"aws_eks_cluster":                      "role_arn bootstrap_self_managed_addons kubernetes_network_config encryption_config",
	"aws_eks_node_group":                   "ami_type capacity_type disk_size instance_types node_group_name node_group_name_prefix node_role_arn subnet_ids remote_access",
	"aws_eks_addon":                        "addon_name",
	"aws_eks_access_entry":                 "principal_arn type",
	"aws_eks_access_policy_association":    "access_scope policy_arn principal_arn",
	"aws_eks_pod_identity_association":     "namespace service_account",
	"aws_cloudwatch_log_group":             "log_group_class",
	"aws_cloudwatch_event_rule":            "event_bus_name",
	"aws_cloudwatch_event_target":          "event_bus_name rule target_id",
	"aws_sns_topic":                        "fifo_topic",
	"aws_sns_topic_policy":                 "arn",
	"aws_sns_topic_subscription":           "endpoint protocol topic_arn",
	"aws_sqs_queue":                        "fifo_queue",
	"aws_sqs_queue_policy":                 "queue_url",
	"aws_lb":                               "internal load_balancer_type customer_owned_ipv4_pool",
	"aws_lb_target_group":                  "port protocol protocol_version target_type ip_address_type",
	"aws_lb_listener":                      "load_balancer_arn",
	"aws_lb_target_group_attachment":       "availability_zone port target_group_arn target_id",
	"aws_ram_resource_share":               "permission_arns -name",
	"aws_ram_resource_association":         "resource_arn resource_share_arn",
	"aws_ram_principal_association":        "principal resource_share_arn",
	"aws_inspector2_enabler":               "account_ids",
	"helm_release":                         "namespace",
}

// forcesNew says whether a change of an attribute makes an object anew.
func forcesNew(typ, name string) bool {
	words := strings.Fields(replacing[typ])
	if slices.Contains(words, "-"+name) {
		return false
	}
	return slices.Contains(renamed, name) || slices.Contains(words, name)
}
