// SPDX-License-Identifier: Apache-2.0

package policies_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/policy"
	"github.com/layerbot/layerbot/internal/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The plans are those of Terraform 1.11 with the AWS provider's own schema, version 5.100 (regions.json) or 6.47 (the
// others): good.json is one that nobody has anything against, dodges.json has what passes a naive rule, unset.json what
// looks unknown because nobody set it.
func TestPlansAreJudged(t *testing.T) {
	set := compile(t, "")
	eachFile(t, "testdata/plans/*.json", func(t *testing.T, name string, src []byte) *report.Policy {
		return set.Judge(t.Context(), policy.About{Layer: "05-compute", Environment: "dev", Dir: "infra/05-compute"}, src)
	})
}

func TestManifestsAreJudged(t *testing.T) {
	set := compile(t, "")
	eachFile(t, "testdata/manifests/*.yaml", func(t *testing.T, name string, src []byte) *report.Policy {
		return set.Manifests(t.Context(), name, src)
	})
}

// eachFile compares what is said of each file with the golden file beside it.
func eachFile(t *testing.T, pattern string, judge func(t *testing.T, name string, src []byte) *report.Policy) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal("there are no files: ", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			got := lines(judge(t, file, read(t, file)))
			golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, golden); !bytes.Equal(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func lines(p *report.Policy) []byte {
	var b bytes.Buffer
	if p.Failure != "" {
		fmt.Fprintln(&b, "failure:", p.Failure)
	}
	for _, d := range p.Decisions {
		fmt.Fprintf(&b, "%s %s (%s) %s: %s\n", d.Kind, d.Rule, d.Severity, d.Address, d.Message)
	}
	return b.Bytes()
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLimitsAreData(t *testing.T) {
	plan := read(t, "testdata/plans/regions.json")
	set := compile(t, `{"config": {"terraform": {"regions": ["eu-west-1", "ap-south-1"]}}}`)
	got := said(t, set.Judge(t.Context(), policy.About{}, plan), report.Deny)
	want := []string{"region provider.aws.environment", "region provider.aws.local"} // which cannot be told
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("denied: %q, want %q", got, want)
	}
	set = compile(t, `{"config": {"terraform": {"regoins": ["ap-south-1"]}}}`)
	if got := said(t, set.Judge(t.Context(), policy.About{}, plan), report.Deny); got[0] != "config " {
		t.Errorf("a limit that is misspelt passes: %q", got)
	}
}

// TestALargePlanIsJudgedInTime puts before the policies a plan of 5 MB, and allows for a machine that is busy.
func TestALargePlanIsJudgedInTime(t *testing.T) {
	set, plan := compile(t, ""), largePlan(t)
	start := time.Now()
	p := set.Judge(t.Context(), policy.About{}, plan)
	if p.Failure != "" || len(p.Decisions) != 0 {
		t.Errorf("%s %v", p.Failure, p.Decisions)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
}

func BenchmarkALargePlan(b *testing.B) {
	set, plan := compile(b, ""), largePlan(b)
	for b.Loop() {
		set.Judge(b.Context(), policy.About{}, plan)
	}
}

// largePlan is a good plan of which most is of one plain type, of 5 MB.
func largePlan(t testing.TB) []byte {
	t.Helper()
	head, changes, _ := strings.Cut(string(read(t, "testdata/plans/good.json")), "\"resource_changes\": [\n")
	changes = strings.TrimSuffix(changes, "\n ]\n}\n")
	var b strings.Builder
	b.WriteString(head + "\"resource_changes\": [\n" + strings.Repeat(changes+",\n", 10) + changes)
	for i := 0; b.Len() < 5<<20; i++ {
		fmt.Fprintf(&b, `,{"address":"aws_sqs_queue.q[%d]","mode":"managed","type":"aws_sqs_queue","name":"q","index":%[1]d,"change":{"actions":["create"],`+
			`"after":{"policy":%q,"region":"eu-west-1","tags_all":{"ManagedBy":"terraform","Environment":"dev","Repository":"r"}},"after_unknown":{"arn":true,"id":true}}}`,
			i, strings.Repeat("x", 2500))
	}
	return []byte(b.String() + "\n ]\n}\n")
}
