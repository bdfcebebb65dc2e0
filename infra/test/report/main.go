// SPDX-License-Identifier: Apache-2.0

// Command report makes every check of the inventory and prints a table of its 112 numbers. It ends with 1 unless all hold.
//
//	go -C infra/test run ./report                                  print
//	go -C infra/test run ./report --write ../../docs/acceptance.md  and write the page, and iam.md beside it
//	go -C infra/test run ./report --check ../../docs/acceptance.md  and fail where one of the two is another
//	go -C infra/test run ./report --only 12,30,L2                   some numbers
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/inventory"
	"github.com/layerbot/layerbot/infra/test/plans"
	"github.com/layerbot/layerbot/infra/test/report/checks"
	"github.com/layerbot/layerbot/infra/test/tree"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

type options struct{ write, check, only string }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.write, "write", "", "write the page to this `file`")
	flags.StringVar(&o.check, "check", "", "fail unless the page is what this `file` says")
	flags.StringVar(&o.only, "only", "", "make the checks of these `numbers` only, such as 12,30")
	if flags.Parse(args) != nil || flags.NArg() > 0 || (o.only != "" && o.write+o.check != "") {
		fmt.Fprintln(stderr, "report [--write FILE | --check FILE | --only 12,30]")
		return 2
	}
	numbers, err := o.numbers()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	root, err := tree.Root()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return o.report(ctx, root, numbers, stdout, stderr)
}

// numbers are those that were asked for.
func (o options) numbers() ([]inventory.Number, error) {
	all := inventory.All()
	if o.only == "" {
		return all, nil
	}
	var some []inventory.Number
	for label := range strings.SplitSeq(o.only, ",") {
		i := slices.IndexFunc(all, func(n inventory.Number) bool { return n.Label == label })
		if i < 0 {
			return nil, fmt.Errorf("there is no number %s", label)
		}
		some = append(some, all[i])
	}
	return some, nil
}

func (o options) report(ctx context.Context, root string, numbers []inventory.Number, stdout, stderr io.Writer) int {
	failed := inventory.Faults(inventory.All())
	if o.write != "" {
		o.begin(numbers)
	}
	results := checks.Make(ctx, root, checks.Makers, numbers)
	failed = append(failed, table(stdout, numbers, results)...)

	for name, page := range pages(ctx, numbers, results) {
		if err := o.keep(name, page); err != nil {
			failed = append(failed, err.Error())
		}
	}
	for _, f := range failed {
		fmt.Fprintln(stderr, f)
	}
	if len(failed) > 0 {
		return 1
	}
	return 0
}

// begin writes pages where there are none: other pages lead to them, which is a check, too. What is in them is replaced.
func (o options) begin(numbers []inventory.Number) {
	for path, page := range map[string]string{
		o.write: Page(numbers, checks.Results{}), filepath.Join(filepath.Dir(o.write), "iam.md"): iam.Page(nil),
	} {
		if _, err := os.Stat(path); os.IsNotExist(err) {
			_ = os.WriteFile(path, []byte(page), 0o644) // that it cannot be written is told of at the end
		}
	}
}

// pages are what is written of the results: the inventory's own, "", and others beside it by name.
func pages(ctx context.Context, numbers []inventory.Number, results checks.Results) map[string]string {
	all := map[string]string{"": Page(numbers, results)}
	if c, err := plans.Of(ctx, plans.Everything); err == nil { // else rules have said why not, and the page is another
		if roles, err := iam.Roles(c); err == nil {
			all["iam.md"] = iam.Page(roles)
		}
	}
	return all
}

// keep writes or compares a page, as the options say.
func (o options) keep(name, page string) error {
	beside := func(path string) string {
		if name == "" {
			return path
		}
		return filepath.Join(filepath.Dir(path), name)
	}
	switch {
	case o.write != "":
		return os.WriteFile(beside(o.write), []byte(page), 0o644)
	case o.check != "":
		return compare(beside(o.check), page)
	}
	return nil
}

// compare is an error unless a file is the page.
func compare(path, page string) error {
	if there, err := os.ReadFile(path); err != nil || string(there) != page {
		return fmt.Errorf("%s is not what the checks say: make infra-report writes it", path)
	}
	return nil
}

// table prints a line a number and the reasons of those that failed; it returns a line for each of them.
func table(w io.Writer, numbers []inventory.Number, results checks.Results) []string {
	var failed []string
	held := 0
	for _, n := range numbers {
		var reasons []string
		for _, c := range n.Checks {
			if err := results[c]; err != nil {
				reasons = append(reasons, fmt.Sprintf("      %s %s\n        %s", c.Kind, c, strings.ReplaceAll(err.Error(), "\n", "\n        ")))
			}
		}
		mark := "✓"
		if len(reasons) > 0 {
			mark = "✗"
			failed = append(failed, fmt.Sprintf("%s does not hold: %d of %d checks failed", n.Label, len(reasons), len(n.Checks)))
		} else {
			held++
		}
		fmt.Fprintf(w, "%s %4s  %-4s %s (%s)\n", mark, n.Label, n.Kinds, n.What, plural(len(n.Checks), "check"))
		for _, r := range reasons {
			fmt.Fprintln(w, r)
		}
	}
	fmt.Fprintf(w, "%d of %d hold\n", held, len(numbers))
	return failed
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
