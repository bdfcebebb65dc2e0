// SPDX-License-Identifier: Apache-2.0

package fake

var balancerShapes = map[string]map[string]string{
	"aws_lb":                            balancer,
	"aws_alb":                           balancer,
	"aws_lb_target_group":               targets,
	"aws_alb_target_group":              targets,
	"aws_lb_listener":                   arn("<arn>", "elasticloadbalancing", "listener/app/<hex:8>/<hex:16>/<hex:17>", "ssl_policy", ""),
	"aws_lb_listener_rule":              arn("<arn>", "elasticloadbalancing", "listener-rule/app/<hex:8>/<hex:16>/<hex:17>"),
	"aws_lb_target_group_attachment":    {"id": "<target_group_arn>-<hex:26>"},
	"aws_lb_listener_certificate":       {"id": "<listener_arn>_<certificate_arn>"},
	"aws_acm_certificate":               arn("<arn>", "acm", "certificate/<uuid>", "status", "ISSUED", "type", "AMAZON_ISSUED"),
	"aws_route53_zone":                  {"id": "<zone_id>", "zone_id": "Z<upper:19>", "arn": "arn:<partition>:route53:::hostedzone/<zone_id>", "name_servers": `["ns-1.awsdns-01.org","ns-2.awsdns-02.com"]`, "primary_name_server": "ns-1.awsdns-01.org"},
	"aws_route53_record":                {"id": "<zone_id>_<name>_<type>", "fqdn": "<name>"},
	"aws_cloudfront_vpc_origin":         {"id": "vo_<upper:22>", "arn": "arn:<partition>:cloudfront::<account>:vpcorigin/<id>", "etag": "E<upper:13>"},
	"aws_cloudfront_distribution":       {"id": "E<upper:13>", "arn": "arn:<partition>:cloudfront::<account>:distribution/<id>", "domain_name": "d<hex:13>.cloudfront.net", "etag": "E<upper:13>", "status": "Deployed", "hosted_zone_id": "Z2FDTNDATAQYW2"},
	"aws_wafv2_web_acl":                 arn("<uuid>", "wafv2", "regional/webacl/<name>/<id>", "lock_token", "<hex:32>"),
	"aws_wafv2_web_acl_association":     {"id": "<web_acl_arn>,<resource_arn>"},
	"aws_ram_resource_share":            arn("<arn>", "ram", "resource-share/<uuid>"),
	"aws_ram_resource_association":      {"id": "<resource_share_arn>,<resource_arn>"},
	"aws_ram_principal_association":     {"id": "<resource_share_arn>,<principal>"},
	"aws_shield_protection":             {"id": "<uuid>", "arn": "arn:<partition>:shield::<account>:protection/<id>"},
	"aws_globalaccelerator_accelerator": {"id": "arn:<partition>:globalaccelerator::<account>:accelerator/<hex:36>"},
}

var balancer = arn("<arn>", "elasticloadbalancing", "loadbalancer/<kind>/<name>/<hex:16>", "kind", "app",
	"name", "<name_prefix><hex:20>", "dns_name", "<name>-<digits:10>.<region>.elb.<suffix>", "zone_id", "Z<upper:13>",
	"arn_suffix", "app/<name>/<hex:16>", "ip_address_type", "ipv4", "load_balancer_type", "application",
	"enforce_security_group_inbound_rules_on_private_link_traffic", "on", "vpc_id", "vpc-<hex:17>",
	"security_groups", `["sg-<hex:17>"]`, "subnets", `["subnet-<hex:17>"]`)

var targets = arn("<arn>", "elasticloadbalancing", "targetgroup/<name>/<hex:16>", "name", "<name_prefix><hex:20>",
	"arn_suffix", "targetgroup/<name>/<hex:16>", "ip_address_type", "ipv4", "load_balancing_algorithm_type", "round_robin",
	"load_balancing_anomaly_mitigation", "off", "load_balancing_cross_zone_enabled", "use_load_balancer_configuration",
	"protocol_version", "HTTP1", "preserve_client_ip", "false", "connection_termination", "false")
