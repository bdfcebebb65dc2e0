// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

// A command to the runner counts only at the beginning of a line, whatever others print at that moment.
func TestMasksStandOnLinesOfTheirOwn(t *testing.T) {
	var out bytes.Buffer
	b, flush := build(environment{Actions: true, All: map[string]string{}}, &out, &out)
	var all sync.WaitGroup
	all.Go(func() {
		for range 800 {
			if _, err := b.out.Write([]byte("half a line, ")); err != nil {
				t.Error(err)
			}
		}
	})
	for range 8 {
		all.Go(func() {
			for range 100 {
				b.mask("a-secret-of-this-test")
			}
		})
	}
	all.Wait()
	flush()
	masks := 0
	for line := range strings.Lines(out.String()) {
		if i := strings.Index(line, "::add-mask::"); i > 0 {
			t.Fatalf("a mask in the middle of %q", line)
		} else if i == 0 {
			masks++
		}
	}
	if masks != 800 {
		t.Errorf("%d masks", masks)
	}
}
