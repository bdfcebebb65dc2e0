// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/hcl"
	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
	"github.com/layerbot/layerbot/infra/test/rules"
)

// broken are things that somebody might break, and the rule that must see each: after the apply every resource of a type
// has another value at a path, or another text within what is there.
var broken = []struct {
	rule, layer, kind, path string
	value                   any    // what is there then; nil: the text below is replaced
	old, replaced           string // within a string
}{
	{rule: "authentication-api", layer: "05-compute", kind: "aws_eks_cluster", path: "access_config.0.authentication_mode", value: "API_AND_CONFIG_MAP"},
	{rule: "authentication-api", layer: "05-compute", kind: "aws_eks_cluster", path: "access_config.0.bootstrap_cluster_creator_admin_permissions", value: true},
	{rule: "management-admin", layer: "05-compute", kind: "aws_eks_access_policy_association", path: "policy_arn", old: "ClusterAdminPolicy", replaced: "ViewPolicy"},
	{rule: "sandbox-administrator", layer: "05-compute", kind: "aws_eks_access_entry", path: "principal_arn", value: "arn:aws:iam::1:role/SandboxAdministrator"},
	{rule: "secrets-encrypted", layer: "05-compute", kind: "aws_eks_cluster", path: "encryption_config.0.provider.0.key_arn", value: "arn:aws:kms:x"},
	{rule: "log-types", layer: "05-compute", kind: "aws_eks_cluster", path: "enabled_cluster_log_types", value: []any{"api", "audit"}},
	{rule: "log-group", layer: "05-compute", kind: "aws_cloudwatch_log_group", path: "kms_key_id", value: ""},
	{rule: "endpoint-private", layer: "05-compute", kind: "aws_eks_cluster", path: "vpc_config.0.endpoint_public_access", value: true},
	{rule: "cluster-ingress", layer: "05-compute", kind: "aws_vpc_security_group_ingress_rule", path: "to_port", value: 65535.0},
	{rule: "cluster-egress", layer: "05-compute", kind: "aws_vpc_security_group_egress_rule", path: "cidr_ipv4", value: "0.0.0.0/0"},
	{rule: "nlb-into-eks-group", layer: "05-compute", kind: "aws_vpc_security_group_ingress_rule", path: "referenced_security_group_id", value: "sg-0"},
	{rule: "nodes-ingress", layer: "05-compute", kind: "aws_vpc_security_group_ingress_rule", path: "cidr_ipv4", value: "0.0.0.0/0"},
	{rule: "nodes-egress", layer: "05-compute", kind: "aws_vpc_security_group_egress_rule", path: "cidr_ipv4", value: "0.0.0.0/0"},
	{rule: "eks-endpoint", layer: "05-compute", kind: "aws_vpc_endpoint", path: "private_dns_enabled", value: false},
	{rule: "pool-names", layer: "05-compute", kind: "aws_eks_node_group", path: "node_group_name", value: "steady"},
	{rule: "pool-limits", layer: "05-compute", kind: "aws_eks_node_group", path: "scaling_config.0.max_size", value: 21.0},
	{rule: "pool-spot", layer: "05-compute", kind: "aws_eks_node_group", path: "taint", value: []any{}},
	{rule: "node-role", layer: "05-compute", kind: "aws_iam_role_policy_attachment", path: "policy_arn", old: "AmazonEKS_CNI_Policy", replaced: "AdministratorAccess"},
	{rule: "addons", layer: "05-compute", kind: "aws_eks_addon", path: "resolve_conflicts_on_update", value: "PRESERVE"},
	{rule: "launch-templates", layer: "05-compute", kind: "aws_launch_template", path: "metadata_options.0.http_tokens", value: "optional"},
	{rule: "launch-templates", layer: "05-compute", kind: "aws_launch_template", path: "metadata_options", value: []any{}},
	{rule: "launch-templates", layer: "05-compute", kind: "aws_launch_template", path: "block_device_mappings.0.ebs.0.encrypted", value: "false"},
	{rule: "gpu-template", layer: "05-compute", kind: "aws_eks_node_group", path: "ami_type", value: "AL2023_x86_64_STANDARD"},
	{rule: "gpu-taint", layer: "05-compute", kind: "aws_eks_node_group", path: "taint", value: []any{}},
	{rule: "default-tags", layer: "05-compute", kind: "aws_launch_template", path: "tag_specifications", value: []any{}},
	{rule: "pods-trust", layer: "05-compute", kind: "aws_iam_role", path: "assume_role_policy", old: "sts:TagSession", replaced: "sts:SetSourceIdentity"},
	{rule: "pod-ebs-csi", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: "kms:GrantIsForAWSResource", replaced: "kms:ViaService"},
	{rule: "pod-external-secrets", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: "secretsmanager:DescribeSecret", replaced: "secretsmanager:PutSecretValue"},
	{rule: "pod-cert-manager", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: ":hostedzone/", replaced: ":healthcheck/"},
	{rule: "pod-assistants-core", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: "-ai-data/*", replaced: "-data/*"},
	{rule: "pod-litellm", layer: "05-compute", kind: "aws_eks_pod_identity_association", path: "namespace", value: "default"},
	{rule: "pod-ingestion", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: "s3:DeleteObject", replaced: "s3:DeleteBucket"},
	{rule: "pod-ingestion-worker", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: "bedrock:InvokeModelWithResponseStream", replaced: "bedrock:CreateModelCustomizationJob"},
	{rule: "pod-speech", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: "transcribe:StartTranscriptionJob", replaced: "transcribe:DeleteVocabulary"},
	{rule: "pod-load-balancers", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: "aws:ResourceTag/", replaced: "aws:PrincipalTag/"},
	{rule: "bedrock-roles", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: "inference-profile/global.*", replaced: "inference-profile/us.*"},
	{rule: "irsa-provider", layer: "05-compute", kind: "aws_iam_openid_connect_provider", path: "client_id_list", value: []any{"sigstore"}},
	{rule: "irsa-autoscaler", layer: "05-compute", kind: "aws_iam_role_policy", path: "policy", old: "k8s.io/cluster-autoscaler/", replaced: "team/"},
	{rule: "irsa-nth", layer: "05-compute", kind: "aws_sqs_queue", path: "arn", value: "arn:aws:sqs:eu-west-1:1:another"},
	{rule: "cluster-key", layer: "05-compute", kind: "aws_kms_key", path: "deletion_window_in_days", value: 30.0},
	{rule: "ecr-repositories", layer: "05-compute", kind: "aws_ecr_repository", path: "encryption_configuration.0.encryption_type", value: "AES256"},
	{rule: "ecr-scanning", layer: "05-compute", kind: "aws_ecr_registry_scanning_configuration", path: "scan_type", value: "BASIC"},
	{rule: "ecr-scan-target", layer: "05-compute", kind: "aws_cloudwatch_event_rule", path: "event_pattern", value: "{}"},
	{rule: "pull-through", layer: "05-compute", kind: "aws_ecr_pull_through_cache_rule", path: "upstream_registry_url", value: "gcr.io"},
	{rule: "acr-secret", layer: "05-compute", kind: "aws_secretsmanager_secret_version", path: "secret_string", value: "here"},
	{rule: "acr-prefixes", layer: "05-compute", kind: "aws_ecr_pull_through_cache_rule", path: "ecr_repository_prefix", value: "azure"},
	{rule: "acr-off", layer: "05-compute", kind: "aws_ecr_pull_through_cache_rule", path: "upstream_registry_url", value: "quay.io"},
	{rule: "no-credentials-left", layer: "05-compute", kind: "aws_secretsmanager_secret_version", path: "secret_string", value: plans.CanaryPassword},
	{rule: "vpc-endpoints", layer: "03-infrastructure", kind: "aws_vpc_endpoint", path: "service_name", old: "eks-auth", replaced: "athena"},
	{rule: "no-public-ingress", layer: "03-infrastructure", kind: "aws_vpc_security_group_ingress_rule", path: "cidr_ipv4", value: "0.0.0.0/0"},
	{rule: "management-server", layer: "03-infrastructure", kind: "aws_instance", path: "associate_public_ip_address", value: true},
	{rule: "flow-logs", layer: "03-infrastructure", kind: "aws_flow_log", path: "traffic_type", value: "REJECT"},
	{rule: "default-group-closed", layer: "03-infrastructure", kind: "aws_default_security_group", path: "egress", value: []any{map[string]any{"protocol": "-1"}}},
	{rule: "general-key", layer: "03-infrastructure", kind: "aws_kms_key", path: "policy", old: "AWSServiceRoleForAutoScaling", replaced: "AWSServiceRoleForAmazonEKS"},
	{rule: "ingress-nlb", layer: "03-infrastructure", kind: "aws_lb", path: "internal", value: false},
	{rule: "cloudfront-alb", layer: "03-infrastructure", kind: "aws_ram_resource_share", path: "allow_external_principals", value: true},
	{rule: "websocket-alb", layer: "03-infrastructure", kind: "aws_lb_listener", path: "protocol", value: "HTTP"},
	{rule: "flags-off", layer: "03-infrastructure", kind: "aws_lb", path: "load_balancer_type", value: "application"},
	{rule: "boundary-handed", layer: "03-infrastructure", kind: "aws_iam_role", path: "permissions_boundary", value: ""},
	{rule: "state-bucket", layer: "01-bootstrap", kind: "aws_s3_bucket_policy", path: "policy", old: "aws:SecureTransport", replaced: "aws:ViaAWSService"},
	{rule: "state-key", layer: "01-bootstrap", kind: "aws_kms_key", path: "enable_key_rotation", value: false},
	{rule: "github-oidc", layer: "01-bootstrap", kind: "aws_iam_openid_connect_provider", path: "client_id_list", value: []any{"sts.amazonaws.com", "https://github.com/acme"}},
	{rule: "github-trust", layer: "01-bootstrap", kind: "aws_iam_role", path: "assume_role_policy", old: `"StringEquals"`, replaced: `"StringLike"`},
	{rule: "github-trust", layer: "01-bootstrap", kind: "aws_iam_role", path: "assume_role_policy", old: ":environment:", replaced: ":ref:"},
}

func TestWhatIsBrokenIsSeen(t *testing.T) {
	facts, err := rules.Gather(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range broken {
		t.Run(b.rule+" "+b.path, func(t *testing.T) {
			changed := 0
			worse := copied(t, facts, func(layer string, r plans.Resource) {
				if layer != b.layer || r.Type != b.kind || r.Mode != "managed" {
					return
				}
				if b.old == "" {
					changed += set(r.Values, strings.Split(b.path, "."), b.value)
					return
				}
				text, _ := r.Values[b.path].(string)
				if strings.Contains(text, b.old) {
					r.Values[b.path] = strings.ReplaceAll(text, b.old, b.replaced)
					changed++
				}
			})
			if changed == 0 {
				t.Fatalf("no %s has %s (%s)", b.kind, b.path, b.old)
			}
			if rules.All()[b.rule].Check(worse) == nil {
				t.Errorf("nobody noticed, though %d are changed", changed)
			}
		})
	}
}

// copied are the facts with every resource's values changed.
func copied(t *testing.T, from *rules.Facts, change func(layer string, r plans.Resource)) *rules.Facts {
	t.Helper()
	to := &rules.Facts{Root: from.Root, Layers: from.Layers, Chains: map[string]*plans.Chain{}, Roles: map[string][]iam.Role{}}
	for environment, c := range from.Chains {
		chain := &plans.Chain{Environment: environment, Layers: map[string]*plans.Layer{}}
		for name, l := range c.Layers {
			layer := *l
			layer.Resources = nil
			raw, err := json.Marshal(l.Resources)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(raw, &layer.Resources); err != nil {
				t.Fatal(err)
			}
			for _, r := range layer.Resources {
				change(name, r)
			}
			chain.Layers[name] = &layer
		}
		to.Chains[environment] = chain
		roles, err := iam.Roles(chain)
		if err == nil { // a role that cannot be read any more is noticed by its not being there
			to.Roles[environment] = roles
		}
	}
	return to
}

// set puts a value where the path leads, if there is something on the way; it returns how often.
func set(at any, path []string, value any) int {
	switch in := at.(type) {
	case map[string]any:
		if len(path) == 1 {
			in[path[0]] = value
			return 1
		}
		return set(in[path[0]], path[1:], value)
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(in) && len(path) > 1 {
			return set(in[i], path[1:], value)
		}
	}
	return 0
}

// TestWhatIsWrittenOtherwiseIsSeen changes a line of a layer, and asks the rule that must see it.
func TestWhatIsWrittenOtherwiseIsSeen(t *testing.T) {
	facts, err := rules.Gather(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ rule, layer, old, replaced string }{
		{"versions", "03-infrastructure", `">= 1.11.0"`, `">= 1.10.0"`},
		{"described", "05-compute", `description = "The cluster's ARN."`, ``},
		{"log-group-first", "05-compute", "    aws_cloudwatch_log_group.cluster,\n", ""},
		{"addons-after-nodes", "05-compute", "depends_on = [aws_eks_node_group.this, ", "depends_on = ["},
		{"ebs-csi-ignores-role", "05-compute", "ignore_changes = [service_account_role_arn]", "ignore_changes = [tags]"},
		{"pool-default", "05-compute", "max_size     = 3", "max_size     = 4"},
		{"acr-ephemeral", "05-compute", "ephemeral   = true", "ephemeral   = false"},
		{"acr-write-only", "05-compute", "secret_string_wo         =", "secret_string         ="},
		{"kubernetes-supported", "05-compute", `= "1.35"`, `= "1.28"`},
		{"no-creator-admin", "05-compute", "bootstrap_cluster_creator_admin_permissions = false", "bootstrap_cluster_creator_admin_permissions = true"},
		{"no-disk-size", "05-compute", "  capacity_type  = each.value.capacity_type\n", "  capacity_type  = each.value.capacity_type\n  disk_size = 20\n"},
		{"compute-model-blind", "05-compute", "subnet_ids              = local.infrastructure.private_subnet_ids", "subnet_ids = local.infrastructure.cloudfront_alb_arn"},
		{"schema", "05-compute", "node_group_name =", "node_group_title ="},
		{"no-escape", "05-compute", `resource "aws_eks_cluster" "this" {`, "resource \"null_resource\" \"x\" {}\nresource \"aws_eks_cluster\" \"this\" {"},
		{"keys-from-variables", "05-compute", "for_each = var.eks_addons", "for_each = toset(aws_eks_cluster.this.enabled_cluster_log_types)"},
		{"no-keys", "03-infrastructure", "allowed_account_ids = [var.account_id]", "access_key = var.account_id"},
		{"state-backend", "03-infrastructure", "use_lockfile = true", "use_lockfile = false"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			worse := *facts
			worse.Layers = map[string]*hcl.Layer{}
			for name, l := range facts.Layers {
				worse.Layers[name] = l
			}
			worse.Layers[c.layer] = rewritten(t, facts.Layers[c.layer].Dir, c.old, c.replaced)
			if rules.All()[c.rule].Check(&worse) == nil {
				t.Error("nobody noticed")
			}
		})
	}
}

// rewritten is a copy of a layer with another text in place of one that is there.
func rewritten(t *testing.T, dir, old, replaced string) *hcl.Layer {
	t.Helper()
	to, found := t.TempDir(), 0
	files, err := filepath.Glob(filepath.Join(dir, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		found += strings.Count(string(raw), old)
		raw = []byte(strings.ReplaceAll(string(raw), old, replaced))
		if err := os.WriteFile(filepath.Join(to, filepath.Base(f)), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if found == 0 {
		t.Fatalf("%s has no %q", filepath.Base(dir), old)
	}
	l, err := hcl.Load(to)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
