// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/plans"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// What AWS takes of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxInline   = 10240 // all inline policies of a role, without white space
	maxTrust    = 2048
	maxManaged  = 6144
	maxAttached = 10
)

func TestPoliciesFitIntoRoles(t *testing.T) {
	chain, err := plans.Of(t.Context(), plans.Everything)
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, layer := range tree.Layers {
		l := chain.Layers[layer]
		for _, p := range l.Of("aws_iam_policy") {
			if n := size(p.Text("policy")); n > maxManaged {
				t.Errorf("%s: %s has %d characters of %d", layer, p.Address, n, maxManaged)
			}
		}
		for _, r := range l.Of("aws_iam_role") {
			looked++
			if n := size(r.Text("assume_role_policy")); n > maxTrust {
				t.Errorf("%s: the trust policy of %s has %d characters of %d", layer, r.Address, n, maxTrust)
			}
			inline := 0
			for _, p := range l.With("aws_iam_role_policy", "role", r.Text("name")) {
				inline += size(p.Text("policy"))
			}
			if inline > maxInline {
				t.Errorf("%s: the inline policies of %s have %d characters of %d", layer, r.Address, inline, maxInline)
			}
			if n := len(l.With("aws_iam_role_policy_attachment", "role", r.Text("name"))); n > maxAttached {
				t.Errorf("%s: %s has %d policies of %d", layer, r.Address, n, maxAttached)
			}
			t.Logf("%s %s: %d inline", layer, r.Text("name"), inline)
		}
	}
	if looked == 0 {
		t.Error("there is nothing to look at")
	}
}

func size(document string) int { return len(strings.Join(strings.Fields(document), "")) }
