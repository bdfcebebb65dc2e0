// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// nodes are pools, their instances and the addons on them, as applied.
func nodes() map[string]Rule {
	return map[string]Rule{
		"pool-names":       {"Pools are called {id}-{pool}, are in all private subnets, and have one role.", everywhere(computeLayer, poolNames)},
		"pool-limits":      {"No pool is larger than policies allow, and each can grow.", everywhere(computeLayer, poolLimits)},
		"pool-spot":        {"A pool may be SPOT, with labels and taints of its own.", in([]string{plans.Everything}, computeLayer, poolSpot)},
		"node-role":        {"The nodes' role has AWS's three policies and what the first pull through a cache needs, and no more.", nodeRole},
		"addons":           {"The five addons are there and overwrite what is in their way; network policies are enforced.", everywhere(computeLayer, addons)},
		"launch-templates": {"Each pool has its own launch template: gp3, encrypted with our key, IMDSv2 only, one hop.", everywhere(computeLayer, launchTemplates)},
		"gpu-template":     {"GPU pools have such a template, too, and an image for GPUs.", in([]string{plans.Everything}, computeLayer, gpuTemplate)},
		"gpu-taint":        {"GPU pools have the taint nvidia.com/gpu=true:NoSchedule.", in([]string{plans.Everything}, computeLayer, gpuTaint)},
		"default-tags":     {"What nodes are made of has the tags that policies ask for.", everywhere(computeLayer, templateTags)},
	}
}

func poolNames(v *findings, l *plans.Layer, c *plans.Chain) {
	id := strings.TrimPrefix(l.Output("eks_cluster_name"), "eks-")
	var private []string
	subnets, _ := c.Layers[infrastructureLayer].Outputs["private_subnet_ids"].([]any)
	for _, s := range subnets {
		text, _ := s.(string)
		private = append(private, text)
	}
	slices.Sort(private)
	roles := map[string]bool{}
	groups := l.Of("aws_eks_node_group")
	v.want(len(groups) > 0, "there is no pool")
	for _, g := range groups {
		v.want(g.Text("node_group_name") == id+"-"+g.Key, "%s is called %s", g.Address, g.Text("node_group_name"))
		is := slices.Sorted(slices.Values(g.Texts("subnet_ids")))
		v.want(len(private) > 0 && slices.Equal(is, private), "%s is in %v, not %v", g.Address, is, private)
		roles[g.Text("node_role_arn")] = true
	}
	v.want(len(roles) == 1, "pools have %d roles", len(roles))
}

var gpuFamily = regexp.MustCompile(`^(p\d|g\d|trn|inf|dl\d)`)

func isGPU(g plans.Resource) bool {
	return slices.ContainsFunc(g.Texts("instance_types"), gpuFamily.MatchString)
}

func poolLimits(v *findings, l *plans.Layer, _ *plans.Chain) {
	for _, g := range l.Of("aws_eks_node_group") {
		most := 20
		if isGPU(g) {
			most = 10
		}
		s := g.Block("scaling_config")
		v.want(s.Number("max_size") <= most, "%s: at most %d nodes, not %d", g.Address, most, s.Number("max_size"))
		v.want(s.Number("min_size") != s.Number("max_size"), "%s cannot grow", g.Address)
	}
}

func poolSpot(v *findings, l *plans.Layer, _ *plans.Chain) {
	spot := l.With("aws_eks_node_group", "capacity_type", "SPOT")
	v.want(len(spot) > 0, "there is no pool to look at")
	for _, g := range spot {
		v.want(len(g.Map("labels")) > 0 && len(g.Blocks("taint")) > 0, "%s has labels %v and taints %v", g.Address, g.Map("labels"), g.Blocks("taint"))
	}
}

func nodeRole(f *Facts) error {
	var v findings
	for environment, c := range f.Chains {
		l := c.Layers[computeLayer]
		groups := l.Of("aws_eks_node_group")
		if len(groups) == 0 {
			v.want(false, "%s: there is no pool", environment)
			continue
		}
		role := f.role(&v, environment, groups[0].Text("node_role_arn"))
		want := []string{"AmazonEC2ContainerRegistryReadOnly", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"}
		for _, name := range want {
			v.want(role.Has(name), "%s: it has no %s", environment, name)
		}
		v.want(len(role.Managed) == len(want), "%s: AWS's policies of it are %v", environment, role.Managed)
		for _, s := range role.Policies {
			is := slices.Sorted(slices.Values(s.Actions))
			v.want(slices.Equal(is, []string{"ecr:BatchImportUpstreamImage", "ecr:CreateRepository"}), "%s: %s may %v", environment, s.Sid, is)
			for _, r := range s.Resources {
				v.want(strings.Contains(r, ":repository/"), "%s: %s on %s", environment, s.Sid, r)
			}
		}
		v.want(len(role.Policies) > 0, "%s: it has no policy for caches", environment)
	}
	return v.result()
}

// role is the role with an ARN, an empty one and a finding where there is none.
func (f *Facts) role(v *findings, environment, arn string) iam.Role {
	for _, r := range f.Roles[environment] {
		if r.ARN == arn && arn != "" {
			return r
		}
	}
	v.want(false, "%s: no layer makes the role %q", environment, arn)
	return iam.Role{}
}

func addons(v *findings, l *plans.Layer, _ *plans.Chain) {
	var names []string
	for _, a := range l.Of("aws_eks_addon") {
		names = append(names, a.Text("addon_name"))
		for _, r := range []string{"resolve_conflicts_on_create", "resolve_conflicts_on_update"} {
			v.want(a.Text(r) == "OVERWRITE", "%s: %s is %q", a.Address, r, a.Text(r))
		}
	}
	for _, a := range l.With("aws_eks_addon", "addon_name", "vpc-cni") {
		var c struct{ EnableNetworkPolicy string }
		err := json.Unmarshal([]byte(a.Text("configuration_values")), &c)
		v.want(err == nil && c.EnableNetworkPolicy == "true", "%s enforces no network policies: %q", a.Address, a.Text("configuration_values"))
	}
	slices.Sort(names)
	want := []string{"aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"}
	v.want(slices.Equal(names, want), "they are %v", names)
}

// template is the launch template of a pool.
func template(v *findings, l *plans.Layer, g plans.Resource) plans.Resource {
	found := l.With("aws_launch_template", "id", g.Block("launch_template").Text("id"))
	if len(found) != 1 {
		v.want(false, "%s has no launch template of ours", g.Address)
		return plans.Resource{}
	}
	return found[0]
}

func launchTemplates(v *findings, l *plans.Layer, _ *plans.Chain) {
	used := map[string]bool{}
	for _, g := range l.Of("aws_eks_node_group") {
		t := template(v, l, g)
		v.want(!used[t.Address], "%s is used twice", t.Address)
		used[t.Address] = true
		goodTemplate(v, t, clusterKey(l))
	}
}

func goodTemplate(v *findings, t plans.Resource, key string) {
	disks := t.Blocks("block_device_mappings")
	v.want(len(disks) > 0, "%s has no disk", t.Address)
	for _, d := range disks {
		ebs := d.Block("ebs")
		v.want(ebs.Text("volume_type") == "gp3", "%s: a disk is %q", t.Address, ebs.Text("volume_type"))
		v.want(ebs.Text("encrypted") == "true", "%s: a disk is not encrypted", t.Address) // a string in this provider
		v.want(key != "" && ebs.Text("kms_key_id") == key, "%s: a disk has the key %q", t.Address, ebs.Text("kms_key_id"))
		v.want(ebs.Number("volume_size") > 0 && ebs.Number("volume_size") <= 500, "%s: a disk has %d GiB", t.Address, ebs.Number("volume_size"))
	}
	m := t.Block("metadata_options")
	v.want(m.Text("http_endpoint") == "enabled", "%s: the metadata endpoint is %q", t.Address, m.Text("http_endpoint"))
	v.want(m.Text("http_tokens") == "required", "%s: tokens are %q", t.Address, m.Text("http_tokens"))
	v.want(m.Number("http_put_response_hop_limit") == 1, "%s: %d hops", t.Address, m.Number("http_put_response_hop_limit"))
	v.want(t.Text("instance_type") == "", "%s has an instance type beside the pool's", t.Address)
}

// gpuPools are the pools with GPUs, and a finding where there are none: then nothing is shown of them.
func gpuPools(v *findings, l *plans.Layer) []plans.Resource {
	found := slices.DeleteFunc(l.Of("aws_eks_node_group"), func(g plans.Resource) bool { return !isGPU(g) })
	v.want(len(found) > 0, "there is no GPU pool to look at")
	return found
}

func gpuTemplate(v *findings, l *plans.Layer, _ *plans.Chain) {
	for _, g := range gpuPools(v, l) {
		goodTemplate(v, template(v, l, g), clusterKey(l))
		v.want(strings.Contains(g.Text("ami_type"), "NVIDIA") || strings.Contains(g.Text("ami_type"), "NEURON"), "%s has the image %s", g.Address, g.Text("ami_type"))
	}
}

func gpuTaint(v *findings, l *plans.Layer, _ *plans.Chain) {
	for _, g := range gpuPools(v, l) {
		tainted := slices.ContainsFunc(g.Blocks("taint"), func(t plans.Resource) bool {
			return t.Text("key") == "nvidia.com/gpu" && t.Text("value") == "true" && t.Text("effect") == "NO_SCHEDULE"
		})
		v.want(tainted, "%s has no taint nvidia.com/gpu", g.Address)
	}
}

func templateTags(v *findings, l *plans.Layer, _ *plans.Chain) {
	for _, t := range l.Of("aws_launch_template") {
		kinds := map[string]bool{}
		for _, s := range t.Blocks("tag_specifications") {
			kinds[s.Text("resource_type")] = true
			for _, tag := range []string{"ManagedBy", "Environment", "Repository"} {
				v.want(s.Map("tags")[tag] != "", "%s: a %s has no tag %s", t.Address, s.Text("resource_type"), tag)
			}
		}
		v.want(kinds["instance"] && kinds["volume"], "%s tags %v", t.Address, kinds)
	}
}
