// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/policy"
)

// rules are like those of a real repository: regions, types, tags, encryption, sizes.
const rules = `package terraform

changes contains r if {
	some r in input.resource_changes
	r.mode == "managed"
	some action in r.change.actions
	action in {"create", "update"}
}

deny contains {"rule": "tags", "address": r.address, "msg": sprintf("no tag %s", [tag])} if {
	some r in changes
	some tag in ["ManagedBy", "Environment", "Repository"]
	object.get(r.change.after.tags, tag, "") == ""
}

deny contains {"rule": "encrypted", "address": r.address, "msg": "not encrypted"} if {
	some r in changes
	r.type == "aws_ebs_volume"
	not r.change.after.encrypted == "true"
}

deny contains {"rule": "type", "address": r.address, "msg": r.change.after.instance_type} if {
	some r in changes
	regex.match("^(p[0-9]|g[0-9]|trn|inf)", r.change.after.instance_type)
}

warn contains {"rule": "cidr", "address": r.address, "msg": path} if {
	some r in changes
	walk(r.change.after, [p, v])
	v == "0.0.0.0/0"
	path := concat(".", [sprintf("%v", [x]) | some x in p])
}
`

// planOf returns the JSON of a plan of about n bytes.
func planOf(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[`)
	for i := 0; b.Len() < n; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		after := fmt.Sprintf(`{"instance_type":"m5.large","encrypted":"true","size":%d,"name":"node-%d","cidr_blocks":["10.0.%d.0/24","10.1.0.0/16"],`+
			`"tags":{"ManagedBy":"terraform","Environment":"prod","Repository":"acme/infra","Name":"node-%d"},`+
			`"metadata_options":[{"http_endpoint":"enabled","http_tokens":"required","http_put_response_hop_limit":1}],`+
			`"user_data":"%064d","ingress":[{"from_port":443,"to_port":443,"protocol":"tcp","cidr_blocks":["10.0.0.0/8"],"description":"from within"}]}`, i, i, i%250, i, i)
		fmt.Fprintf(&b, `{"address":"module.m[%d].aws_ebs_volume.v","mode":"managed","type":"aws_ebs_volume","name":"v","index":%d,`+
			`"provider_name":"registry.terraform.io/hashicorp/aws","change":{"actions":["update"],"before":%s,"after":%s,"after_unknown":{},"before_sensitive":{},"after_sensitive":{}}}`, i, i, after, after)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

// BenchmarkJudge5MB is what a plan job adds for policies. The budget for eval is 300 ms.
func BenchmarkJudge5MB(b *testing.B) {
	s, plan := set(b, rules), planOf(5<<20)
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := policy.PlanInput(about, plan); err != nil {
				b.Fatal(err)
			}
		}
	})
	input, err := policy.PlanInput(about, plan)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("eval", func(b *testing.B) {
		for b.Loop() {
			if p := s.Eval(b.Context(), input); p.Failure != "" || p.Rules != 4 {
				b.Fatalf("%+v", p)
			}
		}
	})
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			if p := s.Judge(b.Context(), about, plan); p.Failure != "" || len(p.Decisions) > 0 {
				b.Fatalf("%+v", p)
			}
		}
	})
	stumbles := set(b, rules+"\ndeny contains r.address if {\n some r in changes\n startswith(r.change.after.nothing, \"1\")\n}\ndeny contains r.address if {\n some r in changes\n startswith(r.change.after.size, \"1\")\n}")
	b.Run("stumbling", func(b *testing.B) {
		for b.Loop() {
			if p := stumbles.Judge(b.Context(), about, plan); p.Failure != "" || len(p.Decisions) != 1 {
				b.Fatalf("%+v", p)
			}
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	bundle := policy.Bundle{Files: map[string]string{"policies/p.rego": rules}}
	for b.Loop() {
		if _, err := policy.Compile(b.Context(), bundle); err != nil {
			b.Fatal(err)
		}
	}
}
