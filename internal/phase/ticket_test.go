// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// TestTicketFits holds the JSON of a ticket within what job outputs hold: the largest reviews go, never a digest.
func TestTicketFits(t *testing.T) {
	small := &report.Fingerprint{Digest: "sha256:small", Resources: map[string]report.Print{"a.b": {Action: report.Create, Digest: "x"}}}
	large := &report.Fingerprint{Digest: "sha256:large", Resources: map[string]report.Print{}}
	for i := range 10_000 {
		large.Resources[fmt.Sprintf("aws_instance.number[%d]", i)] = report.Print{Action: report.Create, Digest: strings.Repeat("d", 71)}
	}
	ticket := &Ticket{Work: Applying, Jobs: []Job{
		{Target: target("a", "dev", 0), Apply: &Order{Review: &report.Review{Fingerprint: small}}},
		{Target: target("b", "dev", 0), Apply: &Order{Review: &report.Review{Fingerprint: large, Applied: []string{"x"}}}},
	}}
	text, err := ticket.JSON()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadTicket(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if r := back.Jobs[0].Apply.Review; r.Partial || len(r.Fingerprint.Resources) != 1 {
		t.Errorf("the small review is %+v", r)
	}
	if r := back.Jobs[1].Apply.Review; !r.Partial || len(r.Fingerprint.Resources) != 0 || r.Fingerprint.Digest != large.Digest || r.Applied != nil {
		t.Errorf("the large review is %+v", r)
	}
	if len(large.Resources) != 10_000 {
		t.Error("what the memory holds was changed")
	}
}
