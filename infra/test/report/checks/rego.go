// SPDX-License-Identifier: Apache-2.0

package checks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/layerbot/layerbot/infra/test/inventory"
)

// regos runs the policies' own tests with OPA. A rule needs tests of what it denies, of what it allows and of the edges.
func regos(ctx context.Context, root string, checks []inventory.Check) (Results, error) {
	modules, store, err := tester.Load([]string{filepath.Join(root, "policies")}, func(path string, _ fs.FileInfo, _ int) bool {
		return strings.Contains(path, "testdata")
	})
	if err != nil {
		return nil, err
	}
	tests, err := tester.NewRunner().SetStore(store).SetModules(modules).SetCompiler(ast.NewCompiler()).RunTests(ctx, nil)
	if err != nil {
		return nil, err
	}
	var all []*tester.Result
	for r := range tests {
		all = append(all, r)
	}
	out := Results{}
	for _, c := range checks {
		out[c] = regoRule(all, c)
	}
	return out, nil
}

func regoRule(all []*tester.Result, c inventory.Check) error {
	var errs []error
	for _, kind := range []string{"denies", "allows", "edge"} {
		n := 0
		for _, r := range all {
			if r.Package != "data."+c.In+"_test" || !strings.HasPrefix(r.Name, "test_"+c.Name+"_"+kind) {
				continue
			}
			n++
			if !r.Pass() {
				errs = append(errs, fmt.Errorf("%s did not pass (failed %v, skipped %v, %w)", r.Name, r.Fail, r.Skip, r.Error))
			}
		}
		if n == 0 {
			errs = append(errs, fmt.Errorf("there is no test_%s_%s…", c.Name, kind))
		}
	}
	return errors.Join(errs...)
}
