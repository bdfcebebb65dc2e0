// SPDX-License-Identifier: Apache-2.0

// Package checks makes the checks of the inventory: each is really made, and a check of which nothing was heard failed. A
// skipped test failed, too, and so did a name that matched nothing.
package checks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/infra/test/inventory"
)

// Results are what came of each check: nil is a pass.
type Results map[inventory.Check]error

// errUnheard is the result of a check that nobody spoke of.
var errUnheard = errors.New("nothing was heard of it: there is no such check, or it was not made")

// Maker makes all checks of one kind that it is given. What it returns no result of has failed.
type Maker func(ctx context.Context, root string, checks []inventory.Check) (Results, error)

// Makers are how each kind of check is made.
var Makers = map[inventory.Kind]Maker{
	inventory.Rule: rules,
	inventory.Run:  runs,
	inventory.Go:   gotests,
	inventory.Rego: regos,
	inventory.File: filesOf,
	inventory.Live: lives,
}

// Make makes each check once, kinds beside each other.
func Make(ctx context.Context, root string, makers map[inventory.Kind]Maker, numbers []inventory.Number) Results {
	byKind := map[inventory.Kind][]inventory.Check{}
	all := Results{}
	for _, n := range numbers {
		for _, c := range n.Checks {
			if _, known := all[c]; !known {
				all[c] = errUnheard
				byKind[c.Kind] = append(byKind[c.Kind], c)
			}
		}
	}
	var mu sync.Mutex
	var work errgroup.Group
	for kind, list := range byKind {
		work.Go(func() error {
			got, err := Results(nil), fmt.Errorf("nobody makes checks of the kind %s", kind)
			if make := makers[kind]; make != nil {
				got, err = make(ctx, root, list)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, c := range list {
				result, heard := got[c]
				switch {
				case heard:
					all[c] = result
				case err != nil:
					all[c] = err
				}
			}
			return nil
		})
	}
	_ = work.Wait() // no maker's error is lost: it is the result of its checks
	return all
}

// group sorts checks by where they are, in a stable order.
func group(checks []inventory.Check, by func(inventory.Check) string) (keys []string, groups map[string][]inventory.Check) {
	groups = map[string][]inventory.Check{}
	for _, c := range checks {
		key := by(c)
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], c)
	}
	slices.Sort(keys)
	return keys, groups
}
