// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/plans"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// access are the cluster and who reaches it, as applied.
func access() map[string]Rule {
	return map[string]Rule{
		"authentication-api":    {"The cluster's authentication mode is API.", everywhere(computeLayer, authenticationAPI)},
		"management-admin":      {"The management server's role has an access entry and is cluster administrator.", everywhere(computeLayer, managementAdmin)},
		"sandbox-administrator": {"SandboxAdministrator has an access entry in sbx and nowhere else.", everywhere(computeLayer, sandboxAdministrator)},
		"secrets-encrypted":     {"Kubernetes secrets are encrypted with infrastructure's general key, unless another is asked for.", in(tree.Environments, computeLayer, secretsEncrypted)},
		"log-types":             {"All five types of the control plane's logs are on.", everywhere(computeLayer, logTypes)},
		"log-group":             {"The log group is /aws/eks/eks-{id}/cluster and encrypted with a key of ours.", everywhere(computeLayer, logGroup)},
		"endpoint-private":      {"The Kubernetes API is private and not public, in every environment.", everywhere(computeLayer, endpointPrivate)},
		"cluster-ingress":       {"The cluster's security group lets 443 in from endpoints, nodes and management, and nothing else.", everywhere(computeLayer, clusterIngress)},
		"cluster-egress":        {"It lets out to the VPC only.", everywhere(computeLayer, clusterEgress)},
		"nlb-into-eks-group":    {"Where the NLB exists its group is let into the group that EKS manages; where not, nothing is.", everywhere(computeLayer, nlbIntoEKSGroup)},
		"nodes-ingress":         {"Nodes let in all TCP from the VPC, themselves, and the cluster.", everywhere(computeLayer, nodesIngress)},
		"nodes-egress":          {"Nodes get out to private networks, the VPC, S3 and the API; to the Internet only by the NAT flag, on 443.", everywhere(computeLayer, nodesEgress)},
		"eks-endpoint":          {"EKS's own interface endpoint has private DNS and the shared group of endpoints.", everywhere(computeLayer, eksEndpoint)},
		"second-plan":           {"A second plan right after the apply finds nothing, in every layer and environment.", secondPlan},
		"no-credentials-left":   {"The ACR credentials are in no state and no plan.", noCredentialsLeft},
	}
}

func authenticationAPI(v *findings, l *plans.Layer, _ *plans.Chain) {
	cluster, err := l.One("aws_eks_cluster")
	v.note(err)
	config := cluster.Block("access_config")
	v.want(config.Text("authentication_mode") == "API", "authentication_mode is %q", config.Text("authentication_mode"))
	v.want(!config.Flag("bootstrap_cluster_creator_admin_permissions"), "the creator is an administrator")
}

const clusterAdmin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

func managementAdmin(v *findings, l *plans.Layer, c *plans.Chain) {
	role := c.Layers[infrastructureLayer].Output("management_server_role_arn")
	v.want(role != "", "infrastructure has no management_server_role_arn")
	administrator(v, l, role)
}

func administrator(v *findings, l *plans.Layer, role string) {
	v.want(len(l.With("aws_eks_access_entry", "principal_arn", role)) == 1, "%s has no access entry", role)
	admin := false
	for _, a := range l.With("aws_eks_access_policy_association", "principal_arn", role) {
		admin = admin || a.Text("policy_arn") == clusterAdmin && a.Block("access_scope").Text("type") == "cluster"
	}
	v.want(admin, "%s is no cluster administrator", role)
}

func sandboxAdministrator(v *findings, l *plans.Layer, _ *plans.Chain) {
	var entries []plans.Resource
	for _, e := range l.Of("aws_eks_access_entry") {
		if strings.Contains(e.Text("principal_arn"), "SandboxAdministrator") {
			entries = append(entries, e)
		}
	}
	if l.Environment != "sbx" {
		v.want(len(entries) == 0, "%v", entries)
		return
	}
	v.want(len(entries) == 1, "there are %d access entries of SandboxAdministrator", len(entries))
	for _, e := range entries {
		administrator(v, l, e.Text("principal_arn"))
	}
}

func secretsEncrypted(v *findings, l *plans.Layer, c *plans.Chain) {
	cluster, err := l.One("aws_eks_cluster")
	v.note(err)
	config := cluster.Block("encryption_config")
	v.want(slices.Equal(config.Texts("resources"), []string{"secrets"}), "encrypted are %v", config.Texts("resources"))
	key, want := config.Block("provider").Text("key_arn"), c.Layers[infrastructureLayer].Output("general_kms_key_arn")
	v.want(key != "" && key == want, "the key is %q, not the general one, %q", key, want)
}

// clusterKey is the key of the cluster's secrets; its logs and its nodes' volumes have the same.
func clusterKey(l *plans.Layer) string {
	for _, cluster := range l.Of("aws_eks_cluster") {
		return cluster.Block("encryption_config").Block("provider").Text("key_arn")
	}
	return ""
}

func logTypes(v *findings, l *plans.Layer, _ *plans.Chain) {
	cluster, err := l.One("aws_eks_cluster")
	v.note(err)
	is := slices.Sorted(slices.Values(cluster.Texts("enabled_cluster_log_types")))
	v.want(slices.Equal(is, []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}), "they are %v", is)
}

func logGroup(v *findings, l *plans.Layer, _ *plans.Chain) {
	cluster, err := l.One("aws_eks_cluster")
	v.note(err)
	name := "/aws/eks/" + cluster.Text("name") + "/cluster"
	groups := l.With("aws_cloudwatch_log_group", "name", name)
	v.want(strings.HasPrefix(cluster.Text("name"), "eks-layerbot-"), "the cluster is %s", cluster.Text("name"))
	v.want(len(groups) == 1, "there are %d log groups %s", len(groups), name)
	for _, g := range groups {
		v.want(g.Text("kms_key_id") != "" && g.Text("kms_key_id") == clusterKey(l), "its key is %q", g.Text("kms_key_id"))
		v.want(g.Number("retention_in_days") > 0, "it is kept for ever")
	}
}

func endpointPrivate(v *findings, l *plans.Layer, _ *plans.Chain) {
	cluster, err := l.One("aws_eks_cluster")
	v.note(err)
	config := cluster.Block("vpc_config")
	v.want(config.Flag("endpoint_private_access"), "it is not private")
	v.want(!config.Flag("endpoint_public_access"), "it is public")
}

func eksEndpoint(v *findings, l *plans.Layer, c *plans.Chain) {
	endpoints := l.With("aws_vpc_endpoint", "service_name", "com.amazonaws.eu-west-1.eks")
	v.want(len(endpoints) == 1, "there are %d", len(endpoints))
	shared := c.Layers[infrastructureLayer].Output("vpc_endpoints_security_group_id")
	for _, e := range endpoints {
		v.want(e.Text("vpc_endpoint_type") == "Interface", "it is a %s endpoint", e.Text("vpc_endpoint_type"))
		v.want(e.Flag("private_dns_enabled"), "it has no private DNS")
		v.want(slices.Equal(e.Texts("security_group_ids"), []string{shared}), "its groups are %v, not the shared %s", e.Texts("security_group_ids"), shared)
	}
}

func secondPlan(f *Facts) error {
	var v findings
	for _, c := range f.Chains {
		for _, l := range c.Layers {
			v.want(l.Again == "", "%s/%s: %s", l.Name, l.Environment, l.Again)
		}
	}
	return v.result()
}

func noCredentialsLeft(f *Facts) error {
	var v findings
	for _, c := range f.Chains {
		for _, l := range c.Layers {
			for _, secret := range []string{plans.CanaryUsername, plans.CanaryPassword} {
				where := l.Name + "/" + l.Environment
				v.want(!strings.Contains(string(l.Plan), secret), "%s: the plan has %s", where, secret)
				v.want(!strings.Contains(fmt.Sprint(l.Resources, l.Outputs), secret), "%s: the state has %s", where, secret)
			}
		}
	}
	acr := f.Chains[plans.Everything].Layers[computeLayer].Of("aws_secretsmanager_secret_version")
	v.want(len(acr) > 0, "nothing was given the credentials, so that this shows nothing")
	return v.result()
}
