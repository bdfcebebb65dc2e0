// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"fmt"
	"strings"

	"github.com/layerbot/layerbot/infra/test/rules"
)

func platform() []Number {
	return []Number{
		{"35", "Flags enable_ingress_nlb and enable_cloudfront_vpc_origin", "P", []Check{
			rule("ingress-flags"), rule("flags-off"),
			run("03-infrastructure", "access", "ingress_nlb_can_be_off"), run("03-infrastructure", "access", "cloudfront_vpc_origin_is_off_by_default"),
		}},
		{"36", "An internal NLB with IP targets, an internal ALB for CloudFront, a public one for WebSockets, the VPC origin shared by RAM", "H", []Check{
			rule("ingress-nlb"), rule("cloudfront-alb"), rule("websocket-alb"),
			run("03-infrastructure", "access", "internal_nlb_has_targets_by_address"), run("03-infrastructure", "access", "vpc_origin_is_shared_by_ram"),
			run("03-infrastructure", "ingress", "nothing_is_open_to_the_internet"),
			live("aws elbv2 describe-load-balancers --names layerbot-sbx-euw1-ingress --query 'LoadBalancers[].[Scheme,Type]' --output text", "internal	network"),
		}},
		{"37", "EKS's own interface endpoint: on, the shared group, private DNS", "H", []Check{
			rule("eks-endpoint"), rule("eks-endpoint-flag"), run("05-compute", "network", "eks_has_an_endpoint"),
		}},
		{"38", "Terraform 1.11, aws ~> 5.100; templates with gp3 and IMDSv2 and no disk_size beside them; no creator as administrator; a Kubernetes that is supported", "HR", []Check{
			rule("versions"), rule("launch-templates"), rule("no-disk-size"), rule("no-creator-admin"), rule("kubernetes-supported"),
			rego("terraform", "imdsv2"),
			run("05-compute", "cluster", "kubernetes_1_28_is_past_support"), file("docs/deviations.md", "Terraform ≥ 1.10"), file("docs/deviations.md", "Kubernetes 1.28"),
		}},
		{"39", "Every finding fixed or suppressed with a row, linted both ways; what sbx relaxes; the SCP guide", "SU", []Check{
			gotest("cmd/bot", "TestOurOwnSuppressionsAreAccountedFor"), gotest("infra/test/iam", "TestEveryStarIsAccountedFor"),
			gotest("examples", "TestServiceControlPolicyIsWhatTheGuideSays"),
			gotest("action", "TestGates/tfsec_passes_what_is_here"), gotest("action", "TestGates/checkov_passes_what_is_here"),
			file("docs/security-baseline.md", "## Service control policies"), file("docs/security-baseline.md", "## What a sandbox is without"),
		}},
		{"40", "deploy.sh: a thin wrapper on the bot; unknown flags are errors; no secret in an argument", "U", []Check{
			gotest("infra/test/scripts", "TestScripts/deploy"), gotest("infra/test/scripts", "TestScripts/deploy_real"),
		}},
		{"41", "deploy-with-acr.sh: credentials from 1Password", "U", []Check{gotest("infra/test/scripts", "TestScripts/deploy_with_acr")}},
		{"42", "setup-kubectl.sh and the checks after it", "U", []Check{
			gotest("infra/test/scripts", "TestScripts/setup_kubectl"),
			live("infra/05-compute/scripts/setup-kubectl.sh sbx", "every check begins with ok; where the API is reached from: README.md of 03-infrastructure"),
		}},
		{"43", "READMEs of the layers and of the root, with who reaches the cluster", "S", []Check{
			file("infra/README.md", "## Who reaches the cluster"), file("infra/01-bootstrap/README.md", "# "), file("infra/03-infrastructure/README.md", "# "),
			file("infra/05-compute/README.md", "# "), file("infra/06-applications/README.md", "# "), gotest("action", "TestEveryLinkLeadsSomewhere"),
		}},
	}
}

// outputs are 44 to 73, a number each.
func outputs() []Number {
	var all []Number
	for i, name := range rules.OutputNames {
		all = append(all, Number{fmt.Sprint(44 + i), "Output " + name, "HP", []Check{
			rule("output-" + strings.ReplaceAll(name, "_", "-")), run("05-compute", "outputs", "outputs_say_what_was_made"),
		}})
	}
	return all
}
