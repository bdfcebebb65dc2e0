// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
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

// Git takes a newline in the name of a folder. A job that has such a target does not do the work of two others.
func TestATargetIsNotTheTwoThatItsNameHolds(t *testing.T) {
	ticket := &phase.Ticket{}
	for _, target := range []layer.Target{
		{Layer: "01-network", Env: "dev"}, {Layer: "03-apps", Env: "prod"}, {Layer: "01-network/dev\n03-apps", Env: "prod"},
	} {
		ticket.Jobs = append(ticket.Jobs, phase.Job{Target: target})
	}
	for asked, want := range map[string][]string{
		"01-network/dev":               {"01-network/dev"},
		"03-apps/prod\n01-network/dev": {"03-apps/prod", "01-network/dev"},
		"01-network/dev\n03-apps/prod": {"01-network/dev\n03-apps/prod"},
	} {
		jobs, err := jobsOf(ticket, []string{asked})
		var got []string
		for _, j := range jobs {
			got = append(got, j.Target.ID())
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", asked, got, err)
		}
	}
	if _, err := jobsOf(ticket, []string{"01-network/dev\nnone"}); err == nil || !strings.Contains(err.Error(), `"none"`) {
		t.Errorf("%v", err)
	}
}
