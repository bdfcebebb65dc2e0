// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/phase"
)

func TestTheRoleOfAStepIsForTargetsWithoutOneOfTheirOwn(t *testing.T) {
	own := &aws.Grant{Role: "arn:aws:iam::111122223333:role/layerbot-plan-prod", Region: "eu-west-1"}
	const given = "arn:aws:iam::111122223333:role/of-the-step"
	for name, c := range map[string]struct {
		env  environment
		want string // role of the job that has none
	}{
		"none is given": {environment{}, ""},
		"one is given":  {environment{Role: given, Region: "eu-central-1", RunID: "4711"}, given},
	} {
		t.Run(name, func(t *testing.T) {
			jobs := []phase.Job{{Grant: own}, {}}
			if err := (&bot{env: c.env}).grant(&phase.Ticket{Work: phase.Drifting}, jobs); err != nil {
				t.Fatal(err)
			}
			if jobs[0].Grant != own {
				t.Errorf("the configuration's role became %+v", jobs[0].Grant)
			}
			switch g := jobs[1].Grant; {
			case c.want == "" && g != nil:
				t.Errorf("%+v out of nowhere", g)
			case c.want != "" && (g == nil || g.Role != c.want || g.Region != "eu-central-1" || g.Session != "layerbot-drift-4711" || g.State != nil):
				t.Errorf("%+v", g)
			}
		})
	}
	err := (&bot{env: environment{Role: given}}).grant(&phase.Ticket{}, []phase.Job{{}})
	if hint, ok := phase.Hint(err); !ok || hint == "" {
		t.Errorf("without a region: %v", err)
	}
}
