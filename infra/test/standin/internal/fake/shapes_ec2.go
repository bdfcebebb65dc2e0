// SPDX-License-Identifier: Apache-2.0

package fake

import "maps"

// shapes says, type by type, what the attributes look like that AWS gives an object: templates as maker.expand reads
// them, by the path of the attribute without indexes. JSON where the attribute is no text.
var shapes = join(networkShapes, balancerShapes, identityShapes, storageShapes, clusterShapes, eventShapes, dataShapes)

func join(tables ...map[string]map[string]string) map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// ec2 is the shape of what EC2 gives an id of 17 hexadecimal digits.
func ec2(prefix, resource string, more ...string) map[string]string {
	return with(map[string]string{
		"id": prefix + "-<hex:17>", "owner_id": "<account>",
		"arn": "arn:<partition>:ec2:<region>:<account>:" + resource + "/<id>",
	}, more...)
}

// arn is the shape of what has an ARN; with id "arn", the ARN is the id.
func arn(id, service, resource string, more ...string) map[string]string {
	return with(map[string]string{"id": id, "arn": "arn:<partition>:" + service + ":<region>:<account>:" + resource}, more...)
}

// with adds pairs of attribute and template.
func with(shape map[string]string, more ...string) map[string]string {
	for i := 0; i+1 < len(more); i += 2 {
		shape[more[i]] = more[i+1]
	}
	return shape
}

var networkShapes = map[string]map[string]string{
	"aws_vpc": ec2("vpc", "vpc", "main_route_table_id", "rtb-<hex:17>", "default_route_table_id", "rtb-<hex:17>",
		"default_security_group_id", "sg-<hex:17>", "default_network_acl_id", "acl-<hex:17>", "dhcp_options_id", "dopt-<hex:17>"),
	"aws_vpc_ipv4_cidr_block_association": {"id": "vpc-cidr-assoc-<hex:17>"},
	"aws_subnet":                          ec2("subnet", "subnet", "availability_zone", "<region>a", "availability_zone_id", "<region>-az1", "private_dns_hostname_type_on_launch", "ip-name"),
	"aws_internet_gateway":                ec2("igw", "internet-gateway"),
	"aws_egress_only_internet_gateway":    ec2("eigw", "egress-only-internet-gateway"),
	"aws_nat_gateway": {"id": "nat-<hex:17>", "network_interface_id": "eni-<hex:17>", "private_ip": "10.0.0.10",
		"public_ip": "203.0.113.10", "association_id": "eipassoc-<hex:17>"},
	"aws_eip": {"id": "eipalloc-<hex:17>", "allocation_id": "<id>", "public_ip": "203.0.113.10", "domain": "vpc",
		"arn": "arn:<partition>:ec2:<region>:<account>:elastic-ip/<id>", "public_dns": "ec2-203-0-113-10.<region>.compute.<suffix>",
		"network_border_group": "<region>", "public_ipv4_pool": "amazon"},
	"aws_route_table":                     ec2("rtb", "route-table"),
	"aws_default_route_table":             ec2("rtb", "route-table"),
	"aws_route":                           {"id": "r-<route_table_id><digits:10>", "origin": "CreateRoute", "state": "active"},
	"aws_route_table_association":         {"id": "rtbassoc-<hex:17>"},
	"aws_security_group":                  ec2("sg", "security-group", "name", "<name_prefix><digits:26>"),
	"aws_default_security_group":          ec2("sg", "security-group", "name", "default"),
	"aws_security_group_rule":             {"id": "sgrule-<digits:10>", "security_group_rule_id": "sgr-<hex:17>"},
	"aws_vpc_security_group_ingress_rule": ec2("sgr", "security-group-rule", "security_group_rule_id", "<id>"),
	"aws_vpc_security_group_egress_rule":  ec2("sgr", "security-group-rule", "security_group_rule_id", "<id>"),
	"aws_network_acl":                     ec2("acl", "network-acl"),
	"aws_default_network_acl":             ec2("acl", "network-acl"),
	"aws_flow_log":                        ec2("fl", "vpc-flow-log", "log_group_name", ""),
	"aws_vpc_endpoint": ec2("vpce", "vpc-endpoint", "prefix_list_id", "pl-<hex:8>", "state", "available",
		"ip_address_type", "ipv4", "policy", `{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}`,
		"dns_entry", `[{"dns_name":"<id>-<hex:8>.vpce.<region>.<suffix>","hosted_zone_id":"Z<upper:13>"}]`,
		"network_interface_ids", `["eni-<hex:17>"]`),
	"aws_ec2_managed_prefix_list": ec2("pl", "prefix-list", "version", "1"),
	"aws_network_interface":       ec2("eni", "network-interface", "mac_address", "02:00:00:00:00:01", "private_ip", "10.0.0.20"),
	"aws_instance": ec2("i", "instance", "instance_state", "running", "primary_network_interface_id", "eni-<hex:17>",
		"private_ip", "10.0.0.20", "private_dns", "ip-10-0-0-20.<region>.compute.internal", "availability_zone", "<region>a",
		"tenancy", "default", "root_block_device.volume_id", "vol-<hex:17>", "root_block_device.device_name", "/dev/xvda",
		"root_block_device.volume_type", "gp3", "instance_type", "t3.micro"),
	"aws_ebs_volume": ec2("vol", "volume"),
	"aws_key_pair":   {"id": "<key_name>", "key_pair_id": "key-<hex:17>", "arn": "arn:<partition>:ec2:<region>:<account>:key-pair/<key_name>"},
	"aws_launch_template": ec2("lt", "launch-template", "name", "<name_prefix><digits:26>", "latest_version", "1",
		"default_version", "1"),
	"aws_ebs_encryption_by_default":   {"id": "<region>"},
	"aws_autoscaling_group":           arn("<name>", "autoscaling", "autoScalingGroup:<hex:8>-<hex:4>:autoScalingGroupName/<name>"),
	"aws_ec2_subnet_cidr_reservation": {"id": "scr-<hex:17>", "owner_id": "<account>"},
	"aws_ec2_tag":                     {"id": "<resource_id>,<key>"},
	"aws_vpc_dhcp_options":            ec2("dopt", "dhcp-options"),
}
