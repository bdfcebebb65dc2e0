// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// registries are ECR and what it pulls through.
func registries() map[string]Rule {
	everything := []string{plans.Everything}
	return map[string]Rule{
		"ecr-repositories": {"Repositories are encrypted with our key, say whether tags may move, scan on push and clear up.", in(everything, computeLayer, repositories)},
		"ecr-scanning":     {"The registry scans continuously, by Inspector.", everywhere(computeLayer, scanning)},
		"ecr-scan-target":  {"Findings go nowhere by default; the rule is there.", everywhere(computeLayer, scanTarget)},
		"pull-through":     {"Each upstream has a rule whose prefix ECR takes, and a template that encrypts what it makes.", everywhere(computeLayer, pullThrough)},
		"acr-secret":       {"The ACR secret is where ECR looks, its value is not in the state, and only ECR's role reads it.", in(everything, computeLayer, acrSecret)},
		"acr-prefixes":     {"The Azure registry is registered under its full name and its short one.", in(everything, computeLayer, acrPrefixes)},
		"acr-off":          {"An environment has the secret, rules and outputs of Azure's registry exactly if its file names one.", acrOff},
	}
}

func repositories(v *findings, l *plans.Layer, c *plans.Chain) {
	all := l.Of("aws_ecr_repository")
	v.want(len(all) > 0, "there is none to look at")
	for _, r := range all {
		e := r.Block("encryption_configuration")
		v.want(e.Text("encryption_type") == "KMS" && e.Text("kms_key") == c.Layers[infrastructureLayer].Output("general_kms_key_arn"), "%s: %v", r.Address, e.Values)
		v.want(slices.Contains([]string{"IMMUTABLE", "MUTABLE"}, r.Text("image_tag_mutability")), "%s: tags are %q", r.Address, r.Text("image_tag_mutability"))
		v.want(r.Block("image_scanning_configuration").Flag("scan_on_push"), "%s is not scanned on push", r.Address)
		v.want(len(l.With("aws_ecr_lifecycle_policy", "repository", r.Text("name"))) == 1, "%s never clears up", r.Address)
	}
}

func scanning(v *findings, l *plans.Layer, _ *plans.Chain) {
	config, err := l.One("aws_ecr_registry_scanning_configuration")
	v.note(err)
	v.want(config.Text("scan_type") == "ENHANCED", "it is %q", config.Text("scan_type"))
	rules := config.Blocks("rule")
	v.want(len(rules) > 0, "it has no rule")
	for _, r := range rules {
		v.want(r.Text("scan_frequency") == "CONTINUOUS_SCAN", "it scans %q", r.Text("scan_frequency"))
		v.want(len(r.Blocks("repository_filter")) > 0, "a rule is for nothing")
	}
}

func scanTarget(v *findings, l *plans.Layer, _ *plans.Chain) {
	arn := l.Output("ecr_image_scan_event_rule_arn")
	rules := l.With("aws_cloudwatch_event_rule", "arn", arn)
	v.want(len(rules) == 1, "there is no rule %q", arn)
	for _, r := range rules {
		v.want(strings.Contains(r.Text("event_pattern"), `"$or"`), "its pattern is %s", r.Text("event_pattern"))
		targets := l.With("aws_cloudwatch_event_target", "rule", r.Text("name"))
		if l.Environment == plans.Everything {
			v.want(len(targets) == 1 && len(l.Of("aws_sns_topic")) == 1, "it has %d targets", len(targets))
			continue
		}
		v.want(len(targets) == 0, "it has %d targets", len(targets))
	}
}

func pullThrough(v *findings, l *plans.Layer, _ *plans.Chain) {
	known := []string{"registry-1.docker.io", "public.ecr.aws", "quay.io", "ghcr.io", "registry.k8s.io"}
	all := l.Of("aws_ecr_pull_through_cache_rule")
	v.want(len(all) > 0, "there is none")
	seen := map[string]bool{}
	for _, r := range all {
		prefix, url := r.Text("ecr_repository_prefix"), r.Text("upstream_registry_url")
		seen[url] = true
		v.want(len(prefix) >= 2 && len(prefix) <= 30, "%s: ECR takes no prefix %q", r.Address, prefix)
		v.want(slices.Contains(known, url) || strings.HasSuffix(url, ".azurecr.io"), "%s: %s is no upstream of ECR's", r.Address, url)
		needs := slices.Contains([]string{"registry-1.docker.io", "ghcr.io"}, url) || strings.HasSuffix(url, ".azurecr.io")
		v.want(needs == strings.Contains(r.Text("credential_arn"), ":secret:ecr-pullthroughcache/"), "%s: its credentials are %q", r.Address, r.Text("credential_arn"))
		templates := l.With("aws_ecr_repository_creation_template", "prefix", prefix)
		v.want(len(templates) == 1, "%s has no template", r.Address)
		for _, t := range templates {
			v.want(t.Block("encryption_configuration").Text("encryption_type") == "KMS", "%s does not encrypt", t.Address)
		}
	}
	if l.Environment == plans.Everything {
		for _, url := range known {
			v.want(seen[url], "%s has no rule", url)
		}
	}
}

func acrSecret(v *findings, l *plans.Layer, _ *plans.Chain) {
	secret, err := l.One("aws_secretsmanager_secret")
	v.note(err)
	v.want(strings.HasPrefix(secret.Text("name"), "ecr-pullthroughcache/"), "it is called %s", secret.Text("name"))
	version, err := l.One("aws_secretsmanager_secret_version")
	v.note(err)
	for _, name := range []string{"secret_string", "secret_string_wo", "secret_binary"} {
		v.want(version.Text(name) == "", "the state has its %s", name)
	}
	v.want(version.Number("secret_string_wo_version") > 0, "it has no version")
	policy, err := l.One("aws_secretsmanager_secret_policy")
	v.note(err)
	statements, err := iam.Parse(policy.Text("policy"))
	v.note(err)
	v.want(len(statements) == 1, "its policy has %d statements", len(statements))
	for _, s := range statements {
		v.want(slices.Equal(s.Actions, []string{"secretsmanager:GetSecretValue"}), "%s may %v", s.Sid, s.Actions)
		v.want(len(s.Principals["AWS"]) == 1 && strings.HasSuffix(s.Principals["AWS"][0], ":root"), "%s is for %v", s.Sid, s.Principals)
		role := slices.Concat(s.If("ArnEquals", "aws:PrincipalArn"), s.If("ArnLike", "aws:PrincipalArn"), s.If("StringEquals", "aws:PrincipalArn"))
		v.want(len(role) == 1 && strings.HasSuffix(role[0], "/AWSServiceRoleForECRPullThroughCache"), "%s is for %v", s.Sid, role)
	}
}

func acrPrefixes(v *findings, l *plans.Layer, _ *plans.Chain) {
	prefixes := map[string]string{}
	for _, r := range l.Of("aws_ecr_pull_through_cache_rule") {
		if url := r.Text("upstream_registry_url"); strings.HasSuffix(url, ".azurecr.io") {
			prefixes[r.Text("ecr_repository_prefix")] = url
		}
	}
	v.want(len(prefixes) == 2, "they are %v", prefixes)
	for prefix, url := range prefixes {
		v.want(prefix == url || prefix == strings.TrimSuffix(url, ".azurecr.io"), "%s is under %s", url, prefix)
	}
}

var namesACR = regexp.MustCompile(`(?m)^acr_registry_url\s*=\s*"[^"]`)

func acrOff(f *Facts) error {
	var v findings
	for _, environment := range tree.Environments {
		raw, err := os.ReadFile(filepath.Join(f.Root, "infra", computeLayer, "environments", environment, "00-config.auto.tfvars"))
		if !v.note(err) {
			continue
		}
		l, want := f.Chains[environment].Layers[computeLayer], namesACR.Match(raw)
		v.want((len(l.Of("aws_secretsmanager_secret")) > 0) == want, "%s: there are %d secrets", environment, len(l.Of("aws_secretsmanager_secret")))
		azure := false
		for _, r := range l.Of("aws_ecr_pull_through_cache_rule") {
			azure = azure || strings.HasSuffix(r.Text("upstream_registry_url"), ".azurecr.io")
		}
		v.want(azure == want, "%s: rules of Azure's: %v", environment, azure)
		for _, name := range []string{"acr_secret_arn", "acr_pull_through_cache_url"} {
			v.want((l.Output(name) != "") == want, "%s: %s is %q", environment, name, l.Output(name))
		}
	}
	return v.result()
}
