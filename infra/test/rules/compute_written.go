// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/layerbot/layerbot/infra/test/hcl"
)

func logGroupFirst(f *Facts) error {
	var v findings
	cluster, err := f.Layers[computeLayer].One("resource", "aws_eks_cluster")
	if v.note(err) {
		v.want(dependsOn(cluster, "aws_cloudwatch_log_group"), "%s (%s) does not depend on a log group", cluster.Address(), cluster.Where())
	}
	return v.result()
}

func addonsAfterNodes(f *Facts) error {
	var v findings
	addons := f.Layers[computeLayer].Of("resource", "aws_eks_addon")
	v.want(len(addons) > 0, "there is no addon")
	for _, a := range addons {
		v.want(dependsOn(a, "aws_eks_node_group"), "%s (%s) does not depend on the node groups", a.Address(), a.Where())
		for _, r := range []string{"resolve_conflicts_on_create", "resolve_conflicts_on_update"} {
			is, err := a.String(r)
			v.note(err)
			v.want(is == "OVERWRITE", "%s (%s): %s is %q", a.Address(), a.Where(), r, is)
		}
	}
	return v.result()
}

func dependsOn(b *hcl.Block, kind string) bool {
	return slices.ContainsFunc(b.Names("depends_on"), func(n string) bool { return strings.HasPrefix(n, kind+".") })
}

func ebsCSI(f *Facts) error {
	var v findings
	ignored := false
	for _, a := range f.Layers[computeLayer].Of("resource", "aws_eks_addon") {
		v.want(len(a.Inside("pod_identity_association")) == 0, "%s (%s) has an association inside", a.Address(), a.Where())
		v.want(a.Text("service_account_role_arn") == "", "%s (%s) has a role of its own", a.Address(), a.Where())
		for _, l := range a.Inside("lifecycle") {
			ignored = ignored || strings.Contains(l.Text("ignore_changes"), "service_account_role_arn")
		}
	}
	v.want(ignored, "no addon ignores service_account_role_arn")
	return v.result()
}

func privateEndpoint(f *Facts) error {
	return endpointFlag(f, "eks_endpoint_private_access", true, func(condition string) bool {
		return strings.Contains(condition, "var.eks_endpoint_private_access")
	})
}

func publicEndpointOff(f *Facts) error {
	return endpointFlag(f, "eks_endpoint_public_access", false, func(condition string) bool {
		return strings.Contains(condition, "cidr")
	})
}

func endpointFlag(f *Facts, name string, want bool, guards func(condition string) bool) error {
	l := f.Layers[computeLayer]
	var v findings
	v.note(flag(l, name, want))
	b, err := l.One("variable", name)
	if !v.note(err) {
		return v.result()
	}
	guarded := slices.ContainsFunc(b.Inside("validation"), func(val *hcl.Block) bool { return guards(val.Text("condition")) })
	v.want(guarded, "%s (%s) has no validation that guards it", name, b.Where())
	cluster, err := l.One("resource", "aws_eks_cluster")
	if v.note(err) {
		for _, c := range cluster.Inside("vpc_config") {
			attribute := strings.TrimPrefix(name, "eks_")
			v.want(c.Text(attribute) == "var."+name, "%s (%s): %s is %s", cluster.Address(), cluster.Where(), attribute, c.Text(attribute))
		}
	}
	return v.result()
}

// poolDefault reads the default and what the type fills in where the default says nothing.
func poolDefault(f *Facts) error {
	var v findings
	b, err := f.Layers[computeLayer].One("variable", "eks_node_groups")
	if !v.note(err) {
		return v.result()
	}
	pools, err := b.Value("default")
	if !v.note(err) {
		return v.result()
	}
	all := pools.AsValueMap()
	v.want(len(all) == 1, "there are %d pools", len(all))
	steady, ok := all["steady"]
	v.want(ok, "no pool is called steady")
	if !ok {
		return v.result()
	}
	for name, want := range map[string]int64{"desired_size": 2, "min_size": 0, "max_size": 3} {
		v.want(has(steady, name) && steady.GetAttr(name).Equals(cty.NumberIntVal(want)).True(), "%s is not %d", name, want)
	}
	for name, want := range map[string]string{"lifecycle": "persistent", "scalability": "steady"} {
		v.want(has(steady, "labels") && has(steady.GetAttr("labels"), name) && steady.GetAttr("labels").GetAttr(name).AsString() == want,
			"label %s is not %s", name, want)
	}
	kind := strings.Join(strings.Fields(b.Text("type")), " ")
	v.want(has(steady, "instance_types") || strings.Contains(kind, `instance_types = optional(list(string), ["m6i.large"])`),
		"instance_types are not m6i.large by default")
	for _, part := range []string{"instance_types", "capacity_type", "disk_size", "labels", "taints"} {
		v.want(strings.Contains(kind, part+" ="), "the type has no %s", part)
	}
	v.want(strings.Contains(kind, `"ON_DEMAND"`), "capacity_type is not ON_DEMAND by default")
	return v.result()
}

func has(object cty.Value, name string) bool {
	return object.Type().IsObjectType() && object.Type().HasAttribute(name)
}

func modelBlind(f *Facts) error {
	var v findings
	for _, b := range f.Layers[computeLayer].Blocks {
		for line := range strings.Lines(strings.ToLower(b.Source())) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "description") {
				continue
			}
			for _, word := range []string{"cloudfront_", "websocket_", "access_model"} {
				v.want(!strings.Contains(line, word), "%s (%s) knows of %s", b.Address(), b.Where(), word)
			}
		}
	}
	return v.result()
}

func ingressFlags(f *Facts) error {
	l := f.Layers[infrastructureLayer]
	var v findings
	v.note(flag(l, "enable_ingress_nlb", true))
	v.note(flag(l, "enable_cloudfront_vpc_origin", false))
	v.note(flag(l, "enable_websocket_alb", false))
	return v.result()
}

func scanningFlags(f *Facts) error {
	var v findings
	v.note(flag(f.Layers[computeLayer], "ecr_enhanced_scanning_enabled", true))
	v.note(flag(f.Layers[computeLayer], "manage_registry_scanning", true))
	return v.result()
}

func acrEphemeral(f *Facts) error {
	var v findings
	for _, name := range []string{"acr_username", "acr_password"} {
		b, err := f.Layers[computeLayer].One("variable", name)
		if !v.note(err) {
			continue
		}
		for _, word := range []string{"ephemeral", "sensitive"} {
			is, err := b.Bool(word)
			v.note(err)
			v.want(is, "%s (%s) is not %s", name, b.Where(), word)
		}
	}
	return v.result()
}

func acrWriteOnly(f *Facts) error {
	l := f.Layers[computeLayer]
	var v findings
	version, err := l.One("resource", "aws_secretsmanager_secret_version")
	if v.note(err) {
		v.want(version.Text("secret_string") == "" && version.Text("secret_binary") == "", "the value is kept in the state")
		text := version.Text("secret_string_wo")
		for _, part := range []string{"jsonencode(", "username", "accessToken", "var.acr_username", "var.acr_password"} {
			v.want(strings.Contains(text, part), "secret_string_wo has no %s", part)
		}
		v.want(strings.HasPrefix(version.Text("secret_string_wo_version"), "var."), "secret_string_wo_version is no variable")
	}
	return v.result()
}

// supported are the versions in standard support while this is written, with the month that ends it:
// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
var supported = map[string]string{"1.34": "2026-12", "1.35": "2027-03"}

func kubernetesSupported(f *Facts) error {
	l := f.Layers[computeLayer]
	var v findings
	b, err := l.One("variable", "eks_kubernetes_version")
	if v.note(err) {
		is, err := b.String("default")
		v.note(err)
		v.want(supported[is] != "", "%s is not in standard support", is)
	}
	cluster, err := l.One("resource", "aws_eks_cluster")
	if v.note(err) {
		for _, p := range cluster.Inside("upgrade_policy") {
			is, err := p.String("support_type")
			v.note(err)
			v.want(is == "STANDARD", "the upgrade policy is %q", is)
		}
		v.want(len(cluster.Inside("upgrade_policy")) == 1, "there is no upgrade policy")
	}
	return v.result()
}

func creatorAdmin(f *Facts) error {
	var v findings
	cluster, err := f.Layers[computeLayer].One("resource", "aws_eks_cluster")
	if v.note(err) {
		for _, a := range cluster.Inside("access_config") {
			is, err := a.Bool("bootstrap_cluster_creator_admin_permissions")
			v.note(err)
			v.want(!is, "the creator is an administrator")
		}
	}
	return v.result()
}

func noDiskSize(f *Facts) error {
	var v findings
	groups := f.Layers[computeLayer].Of("resource", "aws_eks_node_group")
	v.want(len(groups) > 0, "there is no node group")
	for _, g := range groups {
		v.want(g.Text("disk_size") == "", "%s (%s) has disk_size beside its launch template", g.Address(), g.Where())
		v.want(len(g.Inside("launch_template")) == 1, "%s (%s) has no launch template", g.Address(), g.Where())
	}
	return v.result()
}
