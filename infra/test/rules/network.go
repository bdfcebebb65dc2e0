// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// network is infrastructure as applied.
func network() map[string]Rule {
	everything := []string{plans.Everything}
	return map[string]Rule{
		"vpc-endpoints":        {"Interface endpoints have private DNS and one shared group; eks-auth is among them.", everywhere(infrastructureLayer, endpoints)},
		"no-public-ingress":    {"No security group lets the Internet in, nor is a port of SSH open.", everywhere(infrastructureLayer, noPublicIngress)},
		"management-server":    {"The management server has no public address, IMDSv2 only and an encrypted disk, and SSM as its way in.", managementServer},
		"general-key":          {"The general key rotates, and lets Auto Scaling use it for volumes.", everywhere(infrastructureLayer, generalKey)},
		"ingress-nlb":          {"The ingress NLB is internal, with targets by address.", everywhere(infrastructureLayer, ingressNLB)},
		"cloudfront-alb":       {"CloudFront reaches an internal ALB by a VPC origin, which RAM shares.", in(everything, infrastructureLayer, cloudFront)},
		"websocket-alb":        {"The WebSocket ALB is public, by 443 and TLS 1.2 or later.", in(everything, infrastructureLayer, webSocket)},
		"flags-off":            {"With the flags off there is no ALB, no VPC origin, and nothing to share.", in([]string{"dev", "test", "prod", "sbx"}, infrastructureLayer, flagsOff)},
		"flow-logs":            {"The VPC's flow logs are on, encrypted, and kept for a time that is said.", everywhere(infrastructureLayer, flowLogs)},
		"default-group-closed": {"The VPC's default security group lets nothing in or out.", everywhere(infrastructureLayer, defaultGroup)},
		"boundary-handed":      {"Every role of layers 03 to 06 has bootstrap's permissions boundary.", boundaries},
	}
}

func endpoints(v *findings, l *plans.Layer, _ *plans.Chain) {
	shared := l.Output("vpc_endpoints_security_group_id")
	var services []string
	for _, e := range l.With("aws_vpc_endpoint", "vpc_endpoint_type", "Interface") {
		services = append(services, strings.TrimPrefix(e.Text("service_name"), "com.amazonaws.eu-west-1."))
		v.want(e.Flag("private_dns_enabled"), "%s has no private DNS", e.Address)
		v.want(slices.Equal(e.Texts("security_group_ids"), []string{shared}), "%s has groups %v", e.Address, e.Texts("security_group_ids"))
	}
	for _, s := range []string{"eks-auth", "ecr.api", "ecr.dkr", "sts", "ec2", "logs", "kms", "secretsmanager", "ssm", "ssmmessages", "elasticloadbalancing", "autoscaling"} {
		v.want(slices.Contains(services, s), "%s has no endpoint", s)
	}
	v.want(!slices.Contains(services, "eks"), "eks has one here, too: compute makes it")
	v.want(len(l.With("aws_vpc_endpoint", "vpc_endpoint_type", "Gateway")) > 0, "S3 has no gateway")
}

func flowLogs(v *findings, l *plans.Layer, _ *plans.Chain) {
	logs := l.With("aws_flow_log", "vpc_id", l.Output("vpc_id"))
	v.want(len(logs) == 1, "there are %d", len(logs))
	for _, f := range logs {
		v.want(f.Text("traffic_type") == "ALL", "they are of %s", f.Text("traffic_type"))
		groups := l.With("aws_cloudwatch_log_group", "arn", f.Text("log_destination"))
		v.want(len(groups) == 1, "they go to %s", f.Text("log_destination"))
		for _, g := range groups {
			v.want(g.Text("kms_key_id") != "" && g.Number("retention_in_days") > 0, "%s: key %q, %d days", g.Address, g.Text("kms_key_id"), g.Number("retention_in_days"))
		}
	}
}

func defaultGroup(v *findings, l *plans.Layer, _ *plans.Chain) {
	g, err := l.One("aws_default_security_group")
	v.note(err)
	v.want(g.Text("vpc_id") == l.Output("vpc_id"), "it is of %s", g.Text("vpc_id"))
	v.want(len(g.Blocks("ingress"))+len(g.Blocks("egress")) == 0, "it lets in %v, out %v", g.Blocks("ingress"), g.Blocks("egress"))
}

func noPublicIngress(v *findings, l *plans.Layer, _ *plans.Chain) {
	for _, r := range l.Of(ingressRule) {
		public := r.Text("cidr_ipv4") == "0.0.0.0/0" || r.Text("cidr_ipv6") == "::/0"
		v.want(!public, "%s lets in %s", r.Address, said(r))
		ssh := r.Number("from_port") <= 22 && 22 <= r.Number("to_port") && r.Text("ip_protocol") == "tcp"
		v.want(!ssh, "%s lets in %s", r.Address, said(r))
	}
	for _, g := range l.Of("aws_security_group") {
		v.want(len(g.Blocks("ingress")) == 0 || len(l.With(ingressRule, "security_group_id", g.Text("id"))) == 0, "%s has rules inside and outside", g.Address)
	}
}

func managementServer(f *Facts) error {
	var v findings
	for environment, c := range f.Chains {
		l := c.Layers[infrastructureLayer]
		s, err := l.One("aws_instance")
		v.note(err)
		m, root := s.Block("metadata_options"), s.Block("root_block_device")
		v.want(!s.Flag("associate_public_ip_address"), "%s: it has a public address", environment)
		v.want(m.Text("http_tokens") == "required" && m.Number("http_put_response_hop_limit") == 1, "%s: its metadata are %v", environment, m.Values)
		v.want(root.Flag("encrypted") && root.Text("volume_type") == "gp3", "%s: its disk is %v", environment, root.Values)
		v.want(s.Text("key_name") == "", "%s: it has an SSH key", environment)
		v.want(len(l.With(ingressRule, "security_group_id", l.Output("management_server_security_group_id"))) == 0, "%s: its group lets something in", environment)
		role := f.role(&v, environment, l.Output("management_server_role_arn"))
		v.want(role.Has("AmazonSSMManagedInstanceCore"), "%s: SSM does not reach it", environment)
		for _, st := range role.May("eks:DescribeCluster") {
			v.want(onlyARNs(st.Resources, ":cluster/eks-layerbot-"), "%s: it describes %v", environment, st.Resources)
		}
		v.want(len(role.May("eks:DescribeCluster")) > 0, "%s: it cannot find the cluster", environment)
	}
	return v.result()
}

func generalKey(v *findings, l *plans.Layer, _ *plans.Chain) {
	keys := l.With("aws_kms_key", "arn", l.Output("general_kms_key_arn"))
	v.want(len(keys) == 1, "there are %d", len(keys))
	for _, k := range keys {
		v.want(k.Flag("enable_key_rotation"), "it does not rotate")
		statements, err := iam.Parse(k.Text("policy"))
		v.note(err)
		uses, grants := false, false
		for _, s := range statements {
			for _, c := range s.Conditions {
				if c.Key == "aws:PrincipalArn" && len(c.Values) == 1 && strings.Contains(c.Values[0], "AWSServiceRoleForAutoScaling") {
					uses = uses || s.Does("kms:GenerateDataKeyWithoutPlaintext") && s.Does("kms:Decrypt")
					grants = grants || s.Does("kms:CreateGrant") && slices.Equal(s.If("Bool", "kms:GrantIsForAWSResource"), []string{"true"})
				}
			}
		}
		v.want(uses && grants, "Auto Scaling may use it (%v) and grant it (%v): nodes would die at launch", uses, grants)
	}
}

func ingressNLB(v *findings, l *plans.Layer, _ *plans.Chain) {
	arn := l.Output("ingress_nlb_arn")
	lbs := l.With("aws_lb", "arn", arn)
	v.want(arn != "" && len(lbs) == 1, "there is no NLB %q", arn)
	for _, lb := range lbs {
		v.want(lb.Flag("internal"), "it is public")
		v.want(lb.Text("load_balancer_type") == "network", "it is a %s load balancer", lb.Text("load_balancer_type"))
		v.want(slices.Equal(lb.Texts("security_groups"), []string{l.Output("ingress_nlb_security_group_id")}), "its groups are %v", lb.Texts("security_groups"))
		v.want(len(lb.Text("name")) <= 32, "AWS takes no name as long as %s", lb.Text("name"))
	}
	groups, _ := l.Outputs["ingress_nlb_target_group_arns"].(map[string]any)
	v.want(len(groups) == 2 && groups["http"] != nil && groups["https"] != nil, "its target groups are %v", groups)
	for _, g := range groups {
		text, _ := g.(string)
		for _, tg := range l.With("aws_lb_target_group", "arn", text) {
			v.want(tg.Text("target_type") == "ip", "%s has targets by %s", tg.Address, tg.Text("target_type"))
		}
	}
}

func cloudFront(v *findings, l *plans.Layer, _ *plans.Chain) {
	albs := l.With("aws_lb", "arn", l.Output("cloudfront_alb_arn"))
	v.want(len(albs) == 1, "there are %d", len(albs))
	for _, lb := range albs {
		v.want(lb.Flag("internal") && lb.Text("load_balancer_type") == "application", "internal %v, %s", lb.Flag("internal"), lb.Text("load_balancer_type"))
		v.want(lb.Flag("drop_invalid_header_fields"), "it takes invalid headers")
	}
	origin, err := l.One("aws_cloudfront_vpc_origin")
	v.note(err)
	v.want(origin.Block("vpc_origin_endpoint_config").Text("arn") == l.Output("cloudfront_alb_arn"), "the origin is %s", origin.Block("vpc_origin_endpoint_config").Text("arn"))
	shared, err := l.One("aws_ram_resource_association")
	v.note(err)
	v.want(shared.Text("resource_arn") == l.Output("cloudfront_vpc_origin_arn"), "shared is %s", shared.Text("resource_arn"))
	v.want(len(l.Of("aws_ram_principal_association")) > 0, "it is shared with nobody")
	for _, s := range l.Of("aws_ram_resource_share") {
		v.want(!s.Flag("allow_external_principals"), "it may be shared outside of the organization")
	}
}

func webSocket(v *findings, l *plans.Layer, _ *plans.Chain) {
	arn := l.Output("websocket_alb_arn")
	albs := l.With("aws_lb", "arn", arn)
	v.want(len(albs) == 1, "there are %d", len(albs))
	for _, lb := range albs {
		v.want(!lb.Flag("internal") && lb.Text("load_balancer_type") == "application", "internal %v, %s", lb.Flag("internal"), lb.Text("load_balancer_type"))
	}
	listeners := l.With("aws_lb_listener", "load_balancer_arn", arn)
	v.want(len(listeners) > 0, "nobody listens")
	for _, li := range listeners {
		v.want(li.Number("port") == 443 && li.Text("protocol") == "HTTPS", "%s is on %s %d", li.Address, li.Text("protocol"), li.Number("port"))
		v.want(strings.Contains(li.Text("ssl_policy"), "TLS13-1-2") || strings.Contains(li.Text("ssl_policy"), "TLS13-1-3"), "%s: %s", li.Address, li.Text("ssl_policy"))
	}
	v.want(l.Output("websocket_alb_target_group_arn") != "", "it has no target group")
}

func flagsOff(v *findings, l *plans.Layer, _ *plans.Chain) {
	for _, lb := range l.Of("aws_lb") {
		v.want(lb.Text("load_balancer_type") == "network", "there is %s", lb.Address)
	}
	for _, kind := range []string{"aws_cloudfront_vpc_origin", "aws_ram_resource_share", "aws_nat_gateway", "aws_internet_gateway"} {
		v.want(len(l.Of(kind)) == 0, "there is a %s", kind)
	}
	for _, name := range []string{"cloudfront_alb_arn", "websocket_alb_arn", "cloudfront_vpc_origin_id", "cloudfront_vpc_origin_arn", "websocket_alb_target_group_arn"} {
		v.want(l.Output(name) == "", "%s is %q", name, l.Output(name))
	}
}

func boundaries(f *Facts) error {
	var v findings
	for environment, roles := range f.Roles {
		boundary := f.Chains[environment].Layers[bootstrapLayer].Output("permissions_boundary_arn")
		v.want(boundary != "", "%s: bootstrap has no permissions_boundary_arn", environment)
		n := 0
		for _, r := range roles {
			if r.Layer != bootstrapLayer {
				n++
				v.want(r.Boundary == boundary, "%s: %s has the boundary %q", environment, r.Address, r.Boundary)
			}
		}
		v.want(n > 9, "%s: only %d roles", environment, n)
	}
	return v.result()
}
