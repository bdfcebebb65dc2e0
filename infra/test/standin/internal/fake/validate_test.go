// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestValidate(t *testing.T) {
	s := cty.StringVal
	object := cty.ObjectVal
	type attrs = map[string]cty.Value
	sizes := func(least, wanted, most int64) cty.Value {
		return cty.ListVal([]cty.Value{object(attrs{
			"min_size": cty.NumberIntVal(least), "desired_size": cty.NumberIntVal(wanted), "max_size": cty.NumberIntVal(most),
		})})
	}
	for name, tt := range map[string]struct {
		typ    string
		config attrs
		want   string // "" where it is fine
	}{
		"role of 64":                 {"aws_iam_role", attrs{"name": s(strings.Repeat("a", 64))}, ""},
		"role of 65":                 {"aws_iam_role", attrs{"name": s(strings.Repeat("a", 65))}, "(1 - 64)"},
		"role with a slash":          {"aws_iam_role", attrs{"name": s("a/b")}, "letters, digits"},
		"role of an ellipsis":        {"aws_iam_role", attrs{"description": s("Who plans…")}, "Latin-1"},
		"role of Latin-1":            {"aws_iam_role", attrs{"description": s("für Pläne")}, ""},
		"trust that is no JSON":      {"aws_iam_role", attrs{"assume_role_policy": s("{nope")}, "invalid JSON policy"},
		"trust without effect":       {"aws_iam_role", attrs{"assume_role_policy": s(`{"Statement":[{"Action":"x"}]}`)}, "no Effect"},
		"boundary by name":           {"aws_iam_role", attrs{"permissions_boundary": s("boundary")}, "an ARN is expected"},
		"unknown is not judged":      {"aws_iam_role", attrs{"name": cty.UnknownVal(cty.String)}, ""},
		"balancer of 32":             {"aws_lb", attrs{"name": s(strings.Repeat("a", 32))}, ""},
		"balancer of 33":             {"aws_lb", attrs{"name": s(strings.Repeat("a", 33))}, "1 to 32"},
		"balancer ending in hyphen":  {"aws_lb", attrs{"name": s("a-")}, "1 to 32"},
		"group with both names":      {"aws_security_group", attrs{"name": s("a"), "name_prefix": s("a")}, "conflicts with name_prefix"},
		"group called sg":            {"aws_security_group", attrs{"name": s("sg-a")}, "must not begin with sg-"},
		"group with an apostrophe":   {"aws_security_group", attrs{"description": s("the cluster's")}, "at most 255"},
		"network with host bits":     {"aws_subnet", attrs{"cidr_block": s("10.0.1.1/24")}, `did you mean "10.0.1.0/24"`},
		"network too small":          {"aws_subnet", attrs{"cidr_block": s("10.0.1.0/29")}, "/16 to /28"},
		"no network":                 {"aws_vpc", attrs{"cidr_block": s("ten")}, "not a valid CIDR"},
		"rule without source":        {"aws_vpc_security_group_ingress_rule", attrs{"cidr_ipv4": cty.NullVal(cty.String)}, "exactly one of"},
		"rule with two sources":      {"aws_vpc_security_group_ingress_rule", attrs{"cidr_ipv4": s("10.0.0.0/8"), "prefix_list_id": s("pl-1")}, "exactly one of"},
		"prefix of 30":               {"aws_ecr_pull_through_cache_rule", attrs{"ecr_repository_prefix": s(strings.Repeat("a", 30))}, ""},
		"prefix of 31":               {"aws_ecr_pull_through_cache_rule", attrs{"ecr_repository_prefix": s(strings.Repeat("a", 31))}, "(2 - 30)"},
		"prefix of 1":                {"aws_ecr_pull_through_cache_rule", attrs{"ecr_repository_prefix": s("a")}, "(2 - 30)"},
		"secret of another name":     {"aws_ecr_pull_through_cache_rule", attrs{"credential_arn": s("arn:aws:secretsmanager:eu-west-1:123456789012:secret:x")}, "begins with ecr-pullthroughcache/"},
		"secret twice":               {"aws_secretsmanager_secret_version", attrs{"secret_string": s("a"), "secret_string_wo": s("a"), "secret_string_wo_version": cty.NumberIntVal(1)}, "conflicts with secret_string_wo"},
		"secret without version":     {"aws_secretsmanager_secret_version", attrs{"secret_string_wo": s("a"), "secret_string_wo_version": cty.NullVal(cty.Number)}, "need each other"},
		"sizes in order":             {"aws_eks_node_group", attrs{"scaling_config": sizes(0, 2, 3)}, ""},
		"wanted more than most":      {"aws_eks_node_group", attrs{"scaling_config": sizes(0, 4, 3)}, "min_size ≤ desired_size ≤ max_size"},
		"most is zero":               {"aws_eks_node_group", attrs{"scaling_config": sizes(0, 0, 0)}, "(1 - 1000)"},
		"image for GPUs":             {"aws_eks_node_group", attrs{"ami_type": s("AL2023_x86_64_NVIDIA")}, ""},
		"image that EKS has not":     {"aws_eks_node_group", attrs{"ami_type": s("AL2023_x86_64_GPU")}, "AL2023_x86_64_NVIDIA"},
		"disk beside a template":     {"aws_eks_node_group", attrs{"disk_size": cty.NumberIntVal(20), "launch_template": cty.ListVal([]cty.Value{object(attrs{"id": s("lt-1")})})}, "within the launch template"},
		"mode of another name":       {"aws_eks_cluster", attrs{"access_config": cty.ListVal([]cty.Value{object(attrs{"authentication_mode": s("APIS")})})}, "API_AND_CONFIG_MAP"},
		"log of another name":        {"aws_eks_cluster", attrs{"enabled_cluster_log_types": cty.SetVal([]cty.Value{s("api"), s("kubelet")})}, "got kubelet"},
		"retention of 8 days":        {"aws_cloudwatch_log_group", attrs{"retention_in_days": cty.NumberIntVal(8)}, "got 8"},
		"key gone in 6 days":         {"aws_kms_key", attrs{"deletion_window_in_days": cty.NumberIntVal(6)}, "(7 - 30)"},
		"alias without alias":        {"aws_kms_alias", attrs{"name": s("general")}, "begins with alias/"},
		"repository in capitals":     {"aws_ecr_repository", attrs{"name": s("Chat")}, "lower-case"},
		"rule of nothing":            {"aws_cloudwatch_event_rule", attrs{"event_pattern": cty.NullVal(cty.String), "schedule_expression": cty.NullVal(cty.String)}, "one of event_pattern"},
		"targets without network":    {"aws_lb_target_group", attrs{"port": cty.NumberIntVal(80), "protocol": s("TCP"), "vpc_id": cty.NullVal(cty.String)}, "vpc_id should be set"},
		"type that nobody looks at":  {"aws_athena_workgroup", attrs{"name": s("")}, ""},
		"empty list gives no answer": {"aws_eks_cluster", attrs{"access_config": cty.ListValEmpty(cty.EmptyObject)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			found := validate(tt.typ, object(tt.config))
			var said strings.Builder
			for _, d := range found {
				said.WriteString(d.Detail + "\n")
				if d.Attribute == nil || len(d.Attribute.Steps()) == 0 {
					t.Errorf("no attribute is named: %s", d.Detail)
				}
			}
			if tt.want == "" && len(found) > 0 || !strings.Contains(said.String(), tt.want) {
				t.Errorf("got %q, want %q", said.String(), tt.want)
			}
		})
	}
}
