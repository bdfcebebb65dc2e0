// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/layerbot/layerbot/infra/test/plans"
)

const (
	ingressRule = "aws_vpc_security_group_ingress_rule"
	egressRule  = "aws_vpc_security_group_egress_rule"
)

// said is what a rule of a security group says, for messages and comparison: tcp 443-443 sg-1.
func said(r plans.Resource) string {
	peer := r.Text("cidr_ipv4") + r.Text("cidr_ipv6") + r.Text("prefix_list_id") + r.Text("referenced_security_group_id")
	if r.Text("ip_protocol") == "-1" {
		return "all " + peer
	}
	return fmt.Sprintf("%s %d-%d %s", r.Text("ip_protocol"), r.Number("from_port"), r.Number("to_port"), peer)
}

// rulesOf are what rules of a kind say of a group, sorted. Rules inside of a group are none of ours: they fight with these.
func rulesOf(v *findings, l *plans.Layer, kind, group string) []string {
	var all []string
	for _, r := range l.With(kind, "security_group_id", group) {
		all = append(all, said(r))
	}
	v.want(len(l.Of("aws_security_group_rule")) == 0, "there are rules of the old kind")
	v.want(group != "", "the group has no id")
	slices.Sort(all)
	return all
}

// clusterGroup is the group that the cluster was given, and nodesGroup that of its nodes.
func clusterGroup(v *findings, l *plans.Layer) string {
	cluster, err := l.One("aws_eks_cluster")
	v.note(err)
	groups := cluster.Block("vpc_config").Texts("security_group_ids")
	v.want(len(groups) == 1, "the cluster has groups %v", groups)
	if len(groups) == 0 {
		return ""
	}
	return groups[0]
}

func nodesGroup(l *plans.Layer) string { return l.Output("eks_node_security_group_id") }

func clusterIngress(v *findings, l *plans.Layer, c *plans.Chain) {
	infra := c.Layers[infrastructureLayer]
	var want []string
	for _, from := range []string{
		infra.Output("vpc_endpoints_security_group_id"), nodesGroup(l), infra.Output("management_server_security_group_id"),
	} {
		v.want(from != "", "a group has no id")
		want = append(want, "tcp 443-443 "+from)
	}
	slices.Sort(want)
	is := rulesOf(v, l, ingressRule, clusterGroup(v, l))
	v.want(slices.Equal(is, want), "it lets in %v, not %v", is, want)
}

// vpcBlocks are all addresses of the VPC.
func vpcBlocks(v *findings, c *plans.Chain) []netip.Prefix {
	infra := c.Layers[infrastructureLayer]
	blocks := []string{infra.Output("vpc_cidr_block")}
	second, _ := infra.Outputs["vpc_secondary_cidr_blocks"].([]any)
	for _, s := range second {
		blocks = append(blocks, fmt.Sprint(s))
	}
	var all []netip.Prefix
	for _, b := range blocks {
		p, err := netip.ParsePrefix(b)
		if v.note(err) {
			all = append(all, p)
		}
	}
	return all
}

// within is true of a block that lies in one of others.
func within(cidr string, others []netip.Prefix) bool {
	p, err := netip.ParsePrefix(cidr)
	return err == nil && slices.ContainsFunc(others, func(o netip.Prefix) bool { return o.Bits() <= p.Bits() && o.Contains(p.Addr()) })
}

func clusterEgress(v *findings, l *plans.Layer, c *plans.Chain) {
	out := l.With(egressRule, "security_group_id", clusterGroup(v, l))
	v.want(len(out) > 0, "it lets nothing out: no kubelet is reached")
	for _, r := range out {
		inside := r.Text("referenced_security_group_id") == nodesGroup(l) || within(r.Text("cidr_ipv4"), vpcBlocks(v, c))
		v.want(inside, "it lets out to %s", said(r))
	}
}

func nlbIntoEKSGroup(v *findings, l *plans.Layer, c *plans.Chain) {
	cluster, err := l.One("aws_eks_cluster")
	v.note(err)
	managed := cluster.Block("vpc_config").Text("cluster_security_group_id")
	nlb := c.Layers[infrastructureLayer].Output("ingress_nlb_security_group_id")
	is := rulesOf(v, l, ingressRule, managed)
	if nlb == "" {
		v.want(len(is) == 0, "there is no NLB, and %v is let in", is)
		return
	}
	v.want(slices.Equal(is, []string{"tcp 0-65535 " + nlb}) || slices.Equal(is, []string{"all " + nlb}), "let in is %v, not the NLB's %s", is, nlb)
}

func nodesIngress(v *findings, l *plans.Layer, c *plans.Chain) {
	nodes, cluster := nodesGroup(l), clusterGroup(v, l)
	is := rulesOf(v, l, ingressRule, nodes)
	for _, block := range vpcBlocks(v, c) {
		for _, want := range []string{"tcp 0-65535 ", "udp 53-53 "} {
			v.want(slices.Contains(is, want+block.String()), "%s%s is not let in: %v", want, block, is)
		}
	}
	v.want(slices.Contains(is, "all "+nodes), "nodes do not let each other in: %v", is)
	v.want(slices.Contains(is, "tcp 1025-65535 "+cluster) || slices.Contains(is, "tcp 0-65535 "+cluster), "the cluster is not let in: %v", is)
	for _, r := range l.With(ingressRule, "security_group_id", nodes) {
		inside := r.Text("referenced_security_group_id") != "" || within(r.Text("cidr_ipv4"), vpcBlocks(v, c))
		v.want(inside, "%s is let in", said(r))
	}
}

var rfc1918 = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
}

func nodesEgress(v *findings, l *plans.Layer, c *plans.Chain) {
	private := slices.Concat(rfc1918, vpcBlocks(v, c))
	s3 := c.Layers[infrastructureLayer].Output("s3_prefix_list_id")
	is := rulesOf(v, l, egressRule, nodesGroup(l))
	for _, p := range rfc1918 {
		v.want(slices.Contains(is, "all "+p.String()), "%s is not reached: %v", p, is)
	}
	v.want(s3 != "" && slices.Contains(is, "tcp 443-443 "+s3), "S3 is not reached: %v", is)
	v.want(slices.Contains(is, "tcp 443-443 "+clusterGroup(v, l)), "the Kubernetes API is not reached: %v", is)
	for _, r := range l.With(egressRule, "security_group_id", nodesGroup(l)) {
		inside := r.Text("referenced_security_group_id") != "" || r.Text("prefix_list_id") == s3 || within(r.Text("cidr_ipv4"), private)
		nat := said(r) == "tcp 443-443 0.0.0.0/0" && l.Environment == plans.Everything
		v.want(inside || nat, "they reach %s", said(r))
	}
}
