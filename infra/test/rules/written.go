// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/hcl"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// written are rules that only the HCL shows.
func written() map[string]Rule {
	return map[string]Rule{
		"schema": {"Each aws block of each layer has the arguments that the provider 5.100.0 knows, and all that it needs.",
			func(f *Facts) error {
				return f.eachLayer(func(_ string, l *hcl.Layer) error { return l.AgainstSchema() })
			}},
		"versions":               {"Every layer needs Terraform 1.11.0 or later and the aws provider ~> 5.100.", versions},
		"described":              {"Every variable has a type and a description, every output a description.", described},
		"no-escape":              {"No provisioner, null_resource or external data: nothing runs beside the providers.", noEscape},
		"keys-from-variables":    {"No for_each or count depends on an attribute of a resource.", keysFromVariables},
		"no-aws-auth":            {"Nothing speaks of the ConfigMap aws-auth.", noAWSAuth},
		"log-group-first":        {"The cluster depends on its log group, which EKS would else make without key and retention.", logGroupFirst},
		"log-retention":          {"The control plane's logs are kept 7 days by default, by a variable.", numberDefault("eks_log_retention_days", 7)},
		"private-endpoint":       {"eks_endpoint_private_access is true by default and refuses to be false.", privateEndpoint},
		"public-endpoint-off":    {"eks_endpoint_public_access is false by default, and needs the networks it is for.", publicEndpointOff},
		"addons-after-nodes":     {"Addons depend on the node groups.", addonsAfterNodes},
		"ebs-csi-ignores-role":   {"The EBS CSI addon ignores service_account_role_arn, and no addon has an association of its own inside.", ebsCSI},
		"pool-default":           {"By default there is one pool, steady: m6i.large, 2 nodes of 0 to 3, with its two labels.", poolDefault},
		"compute-model-blind":    {"Compute knows nothing of CloudFront, WebSockets or the access model.", modelBlind},
		"ingress-flags":          {"enable_ingress_nlb and enable_cloudfront_vpc_origin are flags; internal is the default, nothing public.", ingressFlags},
		"eks-endpoint-flag":      {"enable_eks_endpoint is true by default.", flagDefault("enable_eks_endpoint", true)},
		"irsa-flag":              {"enable_irsa is true by default.", flagDefault("enable_irsa", true)},
		"nat-egress-off":         {"Nodes reach port 443 of the Internet only where a flag says so, which is off.", flagDefault("node_egress_nat_https", false)},
		"enhanced-scanning-flag": {"ecr_enhanced_scanning_enabled and manage_registry_scanning are true by default.", scanningFlags},
		"acr-ephemeral":          {"acr_username and acr_password are ephemeral and sensitive.", acrEphemeral},
		"acr-write-only":         {"The ACR secret's value is write-only, with a version variable and the keys that ECR reads.", acrWriteOnly},
		"kubernetes-supported":   {"The default Kubernetes version is in EKS's standard support, and upgrades by itself at its end.", kubernetesSupported},
		"no-creator-admin":       {"Whoever applies is no administrator of the cluster by that.", creatorAdmin},
		"no-disk-size":           {"No node group says disk_size: launch templates do.", noDiskSize},
		"no-keys":                {"No provider and no backend has an access key, secret key or profile.", noKeys},
	}
}

// eachLayer asks of every layer's HCL.
func (f *Facts) eachLayer(ask func(name string, l *hcl.Layer) error) error {
	var v findings
	for _, name := range tree.Layers {
		if err := ask(name, f.Layers[name]); err != nil {
			v.note(fmt.Errorf("%s: %w", name, err))
		}
	}
	return v.result()
}

func versions(f *Facts) error {
	return f.eachLayer(func(_ string, l *hcl.Layer) error {
		var v findings
		block, err := l.One("terraform")
		if !v.note(err) {
			return v.result()
		}
		needs, err := block.String("required_version")
		v.note(err)
		v.want(needs == ">= 1.11.0", "required_version is %q", needs)
		providers := block.Inside("required_providers")
		v.want(len(providers) == 1, "there are %d required_providers", len(providers))
		if len(providers) == 1 {
			aws, err := providers[0].Value("aws")
			if v.note(err) {
				v.want(aws.GetAttr("version").AsString() == "~> 5.100", "aws is %s", aws.GetAttr("version").AsString())
				v.want(aws.GetAttr("source").AsString() == "hashicorp/aws", "aws is from %s", aws.GetAttr("source").AsString())
			}
		}
		return v.result()
	})
}

func described(f *Facts) error {
	return f.eachLayer(func(_ string, l *hcl.Layer) error {
		var v findings
		for _, b := range slices.Concat(l.Of("variable"), l.Of("output")) {
			v.want(len(strings.Trim(b.Text("description"), `"`)) > 5, "%s (%s) has no description", b.Address(), b.Where())
			v.want(b.Type == "output" || b.Text("type") != "", "%s (%s) has no type", b.Address(), b.Where())
		}
		return v.result()
	})
}

func noEscape(f *Facts) error {
	return f.eachLayer(func(_ string, l *hcl.Layer) error {
		var v findings
		for _, b := range l.Of("resource") {
			v.want(b.Labels[0] != "null_resource" && b.Labels[0] != "terraform_data", "%s (%s)", b.Address(), b.Where())
			v.want(len(b.Inside("provisioner")) == 0, "%s (%s) has a provisioner", b.Address(), b.Where())
		}
		v.want(len(l.Of("data", "external")) == 0, "there is external data")
		return v.result()
	})
}

// keysFromVariables reads names only: what locals are made of, a plan of a fresh account shows, where each is unknown.
func keysFromVariables(f *Facts) error {
	return f.eachLayer(func(_ string, l *hcl.Layer) error {
		var v findings
		for _, b := range slices.Concat(l.Of("resource"), l.Of("data"), l.Of("module")) {
			for _, meta := range []string{"count", "for_each"} {
				for _, name := range b.Keys(meta) {
					first, _, _ := strings.Cut(name, ".")
					resource := strings.HasPrefix(first, "aws_") && len(l.Of("resource", first)) > 0
					keysOnly := strings.HasPrefix(b.Text(meta), "keys(") || first == b.Text(meta) || strings.Count(name, ".") == 1
					v.want(!resource || keysOnly, "%s (%s): %s of %s", b.Address(), b.Where(), meta, name)
				}
			}
		}
		return v.result()
	})
}

func noAWSAuth(f *Facts) error {
	l := f.Layers[computeLayer]
	var v findings
	for _, kind := range []string{"kubernetes_config_map", "kubernetes_config_map_v1_data"} {
		v.want(len(l.Of("resource", kind)) == 0, "there is a %s", kind)
	}
	for _, b := range l.Of("resource") {
		for name := range b.Body.Attributes {
			v.want(!strings.Contains(b.Text(name), "aws-auth"), "%s (%s): %s speaks of aws-auth", b.Address(), b.Where(), name)
		}
	}
	return v.result()
}

func noKeys(f *Facts) error {
	return f.eachLayer(func(_ string, l *hcl.Layer) error {
		var v findings
		blocks := l.Of("provider")
		for _, t := range l.Of("terraform") {
			blocks = append(blocks, t.Inside("backend")...)
		}
		blocks = append(blocks, l.Of("data", "terraform_remote_state")...)
		for _, b := range blocks {
			for name := range b.Body.Attributes {
				bad := slices.Contains([]string{"access_key", "secret_key", "token", "profile", "shared_credentials_files"}, name) ||
					(name == "config" && strings.Contains(b.Text(name), "_key "))
				v.want(!bad, "%s (%s) has %s", b.Address(), b.Where(), name)
			}
		}
		return v.result()
	})
}

// flagDefault is a rule of compute's: a boolean variable's default.
func flagDefault(name string, want bool) func(*Facts) error {
	return func(f *Facts) error { return flag(f.Layers[computeLayer], name, want) }
}

func flag(l *hcl.Layer, name string, want bool) error {
	b, err := l.One("variable", name)
	if err != nil {
		return err
	}
	is, err := b.Bool("default")
	if err == nil && is != want {
		err = fmt.Errorf("%s (%s) is %v by default", name, b.Where(), is)
	}
	return err
}

func numberDefault(name string, want int) func(*Facts) error {
	return func(f *Facts) error {
		b, err := f.Layers[computeLayer].One("variable", name)
		if err != nil {
			return err
		}
		is, err := b.Number("default")
		if err == nil && is != want {
			err = fmt.Errorf("%s (%s) is %d by default", name, b.Where(), is)
		}
		return err
	}
}
