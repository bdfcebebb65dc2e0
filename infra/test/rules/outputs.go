// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"regexp"
	"strings"
)

// OutputNames are numbers 44 to 73, in their order.
var OutputNames = []string{
	"eks_cluster_id", "eks_cluster_arn", "eks_cluster_name", "eks_cluster_endpoint", "eks_cluster_version",
	"eks_cluster_security_group_id", "eks_node_security_group_id", "eks_node_group_ids", "eks_node_group_arns",
	"ecr_repository_urls", "ecr_repository_arns", "ecr_registry_url", "ecr_pull_through_cache_registry_urls",
	"ecr_pull_through_cache_rule_ids", "ecr_scanning_configuration_scan_type", "ecr_image_scan_event_rule_arn",
	"acr_secret_arn", "acr_pull_through_cache_url", "pod_identity_ebs_csi_role_arn", "pod_identity_cluster_secrets_role_arn",
	"pod_identity_assistants_core_role_arn", "pod_identity_cert_manager_route53_role_arn", "pod_identity_litellm_role_arn",
	"pod_identity_ingestion_role_arn", "pod_identity_ingestion_worker_role_arn", "pod_identity_speech_role_arn",
	"pod_identity_aws_lb_controller_role_arn", "eks_endpoint_id", "aws_region", "aws_account_id",
}

// shapes are what values look like, by the longest ending of the output's name.
var shapes = []struct{ ending, shape string }{
	{"eks_cluster_arn", `^arn:aws:eks:eu-west-1:\d{12}:cluster/eks-layerbot-`},
	{"cluster_id", `^eks-layerbot-[a-z]+-euw1$`},
	{"cluster_name", `^eks-layerbot-[a-z]+-euw1$`},
	{"cluster_endpoint", `^https://`},
	{"cluster_version", `^1\.\d\d$`},
	{"security_group_id", `^sg-`},
	{"node_group_ids", `^eks-layerbot-[a-z]+-euw1:layerbot-[a-z]+-euw1-`},
	{"node_group_arns", `^arn:aws:eks:eu-west-1:\d{12}:nodegroup/`},
	{"repository_urls", `^\d{12}\.dkr\.ecr\.eu-west-1\.amazonaws\.com/`},
	{"repository_arns", `^arn:aws:ecr:eu-west-1:\d{12}:repository/`},
	{"ecr_registry_url", `^\d{12}\.dkr\.ecr\.eu-west-1\.amazonaws\.com$`},
	{"cache_registry_urls", `^\d{12}\.dkr\.ecr\.eu-west-1\.amazonaws\.com/.`},
	{"cache_rule_ids", `.`},
	{"scan_type", `^ENHANCED$`},
	{"event_rule_arn", `^arn:aws:events:eu-west-1:\d{12}:rule/`},
	{"acr_secret_arn", `^arn:aws:secretsmanager:eu-west-1:\d{12}:secret:ecr-pullthroughcache/`},
	{"acr_pull_through_cache_url", `^\d{12}\.dkr\.ecr\.eu-west-1\.amazonaws\.com/.`},
	{"role_arn", `^arn:aws:iam::\d{12}:role/layerbot-[a-z]+-euw1-`},
	{"eks_endpoint_id", `^vpce-`},
	{"aws_region", `^eu-west-1$`},
	{"aws_account_id", `^\d{12}$`},
}

// outputs are a rule for each of compute's outputs: it is there, and after an apply of everything it is what its name says.
func outputs() map[string]Rule {
	all := map[string]Rule{}
	for _, name := range OutputNames {
		all["output-"+strings.ReplaceAll(name, "_", "-")] = Rule{
			fmt.Sprintf("`%s` is there in every environment, and with everything switched on it is what its name says.", name),
			func(f *Facts) error { return output(f, name) },
		}
	}
	return all
}

func output(f *Facts, name string) error {
	var v findings
	_, err := f.Layers[computeLayer].One("output", name)
	v.note(err)
	shape := ""
	for _, s := range shapes {
		if strings.HasSuffix(name, s.ending) {
			shape = s.shape
			break
		}
	}
	v.want(shape != "", "nothing is known of what it looks like")
	for environment, c := range f.Chains {
		value, there := c.Layers[computeLayer].Outputs[name]
		switch is := value.(type) {
		case string:
			v.want(regexp.MustCompile(shape).MatchString(is), "%s: is %q", environment, is)
		case map[string]any:
			v.want(len(is) > 0 || environment != "everything", "everything: is empty")
			for key, each := range is {
				text, _ := each.(string)
				v.want(regexp.MustCompile(shape).MatchString(text), "%s: %s is %q", environment, key, text)
			}
		case nil: // Terraform keeps no output that is null
			v.want(environment != "everything", "everything: is null (there: %v)", there)
		default:
			v.want(false, "%s: is a %T", environment, value)
		}
	}
	return v.result()
}
