// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// irsa are the roles for service accounts beside Pod Identity, and the cluster's own key.
func irsa() map[string]Rule {
	return map[string]Rule{
		"irsa-provider":   {"The cluster is an OIDC provider of the account, from its issuer, for STS.", everywhere(computeLayer, irsaProvider)},
		"irsa-autoscaler": {"The autoscaler's role describes, and scales and ends only what has the cluster's tag.", irsaAutoscaler},
		"irsa-nth":        {"The termination handler's role has all of SQS, on its own queue only.", irsaNTH},
		"cluster-key":     {"A key of the cluster's own rotates, waits 7 days, and is for the account, the cluster's role and its logs.", in([]string{plans.Everything}, computeLayer, ownKey)},
	}
}

func issuer(l *plans.Layer) string {
	for _, c := range l.Of("aws_eks_cluster") {
		return c.Block("identity").Block("oidc").Text("issuer")
	}
	return ""
}

func irsaProvider(v *findings, l *plans.Layer, _ *plans.Chain) {
	p, err := l.One("aws_iam_openid_connect_provider")
	v.note(err)
	bare := strings.TrimPrefix(issuer(l), "https://")
	v.want(p.Name == "cluster", "it is called %s", p.Name)
	v.want(bare != "" && strings.TrimPrefix(p.Text("url"), "https://") == bare, "its url is %q, the issuer %q", p.Text("url"), bare)
	v.want(slices.Equal(p.Texts("client_id_list"), []string{"sts.amazonaws.com"}), "it is for %v", p.Texts("client_id_list"))
}

// irsaRole finds a role by the service account that its trust policy names, and looks at that policy.
func irsaRole(v *findings, f *Facts, environment, account, named string) iam.Role {
	bare := strings.TrimPrefix(issuer(f.Chains[environment].Layers[computeLayer]), "https://")
	for _, r := range f.Roles[environment] {
		for _, s := range r.Trust {
			if !slices.Equal(s.If("StringEquals", bare+":sub"), []string{"system:serviceaccount:kube-system:" + account}) {
				continue
			}
			v.want(slices.Equal(s.If("StringEquals", bare+":aud"), []string{"sts.amazonaws.com"}), "%s: %s names no audience", environment, r.Name)
			v.want(slices.Equal(s.Actions, []string{"sts:AssumeRoleWithWebIdentity"}), "%s: %s: %v", environment, r.Name, s.Actions)
			v.want(strings.Contains(r.Name, named), "%s: it is called %s, not …%s…", environment, r.Name, named)
			return r
		}
	}
	v.want(false, "%s: no role is for %s", environment, account)
	return iam.Role{}
}

func irsaAutoscaler(f *Facts) error {
	var v findings
	for environment, c := range f.Chains {
		r := irsaRole(&v, f, environment, "cluster-autoscaler", "-autoscaler-")
		tag := "aws:ResourceTag/k8s.io/cluster-autoscaler/" + c.Layers[computeLayer].Output("eks_cluster_name")
		v.want(len(r.May("autoscaling:DescribeAutoScalingGroups")) > 0, "%s: it sees no groups", environment)
		for _, a := range []string{"autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"} {
			v.want(len(r.May(a)) > 0, "%s: it may not %s", environment, a)
			for _, s := range r.May(a) {
				v.want(slices.Equal(s.If("StringEquals", tag), []string{"owned"}), "%s: %s of any group", environment, a)
			}
		}
		for _, s := range r.Policies {
			for _, a := range s.Actions {
				reads := strings.Contains(a, ":Describe") || strings.Contains(a, ":Get")
				writes := a == "autoscaling:SetDesiredCapacity" || a == "autoscaling:TerminateInstanceInAutoScalingGroup"
				v.want(reads || writes, "%s: it may %s", environment, a)
			}
		}
	}
	return v.result()
}

func irsaNTH(f *Facts) error {
	var v findings
	for environment, c := range f.Chains {
		r := irsaRole(&v, f, environment, "aws-node-termination-handler", "-nth-")
		queue, err := c.Layers[computeLayer].One("aws_sqs_queue")
		v.note(err)
		n := 0
		for _, s := range r.Policies {
			for _, a := range s.Actions {
				if a != "sqs:*" {
					v.want(strings.Contains(a, ":Describe"), "%s: it may %s", environment, a)
					continue
				}
				n++
				v.want(slices.Equal(s.Resources, []string{queue.Text("arn")}), "%s: %s on %v", environment, a, s.Resources)
			}
		}
		v.want(n == 1, "%s: it has sqs:* in %d statements", environment, n)
	}
	return v.result()
}

// ownKey looks at the key of a cluster that does not take the general one.
func ownKey(v *findings, l *plans.Layer, c *plans.Chain) {
	keys := l.With("aws_kms_key", "arn", clusterKey(l))
	v.want(len(keys) == 1, "the cluster's key %s is not of this layer", clusterKey(l))
	for _, k := range keys {
		v.want(k.Flag("enable_key_rotation"), "it does not rotate")
		v.want(k.Number("deletion_window_in_days") == 7, "it waits %d days", k.Number("deletion_window_in_days"))
		statements, err := iam.Parse(k.Text("policy"))
		v.note(err)
		cluster, err := l.One("aws_eks_cluster")
		v.note(err)
		var who []string
		for _, s := range statements {
			who = append(who, s.Principals["AWS"]...)
			who = append(who, s.Principals["Service"]...)
			if slices.Contains(s.Principals["Service"], "logs.eu-west-1.amazonaws.com") {
				v.want(len(slices.Concat(s.If("ArnEquals", "kms:EncryptionContext:aws:logs:arn"), s.If("ArnLike", "kms:EncryptionContext:aws:logs:arn"))) == 1, "logs of whatever group")
			}
			if slices.Contains(s.Principals["AWS"], "*") {
				v.want(s.If("StringEquals", "kms:CallerAccount") != nil && slices.ContainsFunc(s.Conditions, func(c iam.Condition) bool { return c.Key == "aws:PrincipalArn" }), "%s: anybody", s.Sid)
			}
		}
		for _, want := range []string{":root", cluster.Text("role_arn"), "logs.eu-west-1.amazonaws.com"} {
			v.want(slices.ContainsFunc(who, func(w string) bool { return strings.HasSuffix(w, want) }), "it is not for %s: %v", want, who)
		}
	}
	v.want(c.Layers[infrastructureLayer].Output("general_kms_key_arn") != clusterKey(l), "it is the general key")
}
