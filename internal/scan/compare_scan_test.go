// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// greps is a trivy that finds AVD-AWS-0001 wherever it reads "bad" in a line of app/*.tf, unless "trivy:ignore" stands in
// it, and breaks at "broken".
const greps = `PATH=/usr/bin:/bin
echo run >> "$HOME/runs"
grep -q broken app/*.tf && { echo broken >&2; exit 1; }
printf '{"SchemaVersion":2,"Results":['
first=1
grep -Hn bad app/*.tf | grep -v trivy:ignore | while IFS=: read file line rest; do
  [ $first ] || printf ,
  first=
  printf '{"Target":"%s","Misconfigurations":[{"ID":"s3-x","AVDID":"AWS-0001","Status":"FAIL","Severity":"LOW","Message":"m","CauseMetadata":{"StartLine":%d,"EndLine":%d}}]}' "$file" "$line" "$line"
done
printf ']}'
`

func compared(t *testing.T, head, base string) (*report.Scan, world) {
	t.Helper()
	w := newWorld(t, map[string]string{"trivy": greps})
	j := jobOf(map[string]string{"app/main.tf": head}, "trivy")
	b := files(map[string]string{"app/main.tf": base})
	j.Base, j.BaseSHA = &b, "base"
	return w.scan(j), w
}

func TestScanComparesWithTheBase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ head, base, want string }{
		"new":          {"a = bad\n", "a = 1\n", "new trivy:AVD-AWS-0001 app/main.tf:1 low\n"},
		"moved":        {"# x\n\na = bad\n", "a = bad\n", "existing trivy:AVD-AWS-0001 app/main.tf:3 low\n"},
		"fixed":        {"a = 1\n", "\na = bad\n", "fixed trivy:AVD-AWS-0001 app/main.tf:2 low\n"},
		"suppressed":   {"a = bad # trivy:ignore:s3-x\n", "a = 1\n", "new trivy:AVD-AWS-0001 app/main.tf:1 low by s3-x at app/main.tf:1 \n"},
		"by its short": {"a = bad # trivy:ignore:AWS-0001\n", "a = 1\n", "new trivy:AVD-AWS-0001 app/main.tf:1 low by AWS-0001 at app/main.tf:1 \n"},
		"not by that":  {"a = bad\nb = 1 # trivy:ignore:AWS-0001\n", "a = 1\n", "new trivy:AVD-AWS-0001 app/main.tf:1 low\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := compared(t, c.head, c.base)
			if got := told(s); got != c.want {
				t.Errorf("got  %swant %s", got, c.want)
			}
			if s.Head != "head" || s.Base != "base" || s.Version != report.ScanVersion || s.Seconds <= 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestASuppressionIsNewIfTheBaseHasNone(t *testing.T) {
	t.Parallel()
	s, _ := compared(t, "a = bad # trivy:ignore:s3-x for now\nb = bad # trivy:ignore:s3-x always\n", "b = bad # trivy:ignore:s3-x always\n")
	if len(s.Suppressions) != 2 || s.Suppressions[0].New == s.Suppressions[1].New {
		t.Errorf("%+v", s.Suppressions)
	}
}

// Nothing is taken for an old finding because the base could not be looked at.
func TestABaseThatCannotBeScannedIsSaid(t *testing.T) {
	t.Parallel()
	s, _ := compared(t, "a = bad\n", "broken")
	if got := told(s); got != "new trivy:AVD-AWS-0001 app/main.tf:1 low\n" {
		t.Error(got)
	}
	if st := s.Tools[0]; st.State != report.Ran || !strings.Contains(st.Message, "the base could not be scanned, so that all findings count as new") {
		t.Errorf("%+v", st)
	}
}

// A scanner that fails at the head has fixed nothing.
func TestAHeadThatCannotBeScannedFixesNothing(t *testing.T) {
	t.Parallel()
	s, _ := compared(t, "broken", "a = bad\n")
	if got := told(s); got != "" || s.Tools[0].State != report.Crashed {
		t.Errorf("%s%+v", got, s.Tools)
	}
}

func TestTheSameFilesAreScannedOnce(t *testing.T) {
	t.Parallel()
	s, w := compared(t, "a = bad\n", "a = bad\n")
	if got := told(s); got != "existing trivy:AVD-AWS-0001 app/main.tf:1 low\n" {
		t.Error(got)
	}
	if runs, err := os.ReadFile(filepath.Join(w.work, "home-trivy", "runs")); err != nil || string(runs) != "run\n" {
		t.Errorf("%q, %v", runs, err)
	}
}

func TestTooManyFindingsAreCounted(t *testing.T) {
	t.Parallel()
	s, _ := compared(t, "new = bad\n"+strings.Repeat("a = bad\n", maxFindings), strings.Repeat("a = bad\n", maxFindings))
	if len(s.Findings) != maxFindings || s.Omitted != 1 || s.Findings[0].State != report.New || s.Findings[0].Line != 1 {
		t.Errorf("%d findings, %d omitted, first %+v", len(s.Findings), s.Omitted, s.Findings[0])
	}
}

func TestALayerThatIsNewOrGoneIsCompared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"trivy": greps})
	some, none := map[string]string{"app/main.tf": "a = bad\n"}, files(nil)
	j := jobOf(some, "trivy")
	j.Base = &none
	if got := told(w.scan(j)); got != "new trivy:AVD-AWS-0001 app/main.tf:1 low\n" {
		t.Error("new:", got)
	}
	base := files(some)
	j.Head, j.Base = none, &base
	if got := told(w.scan(j)); got != "fixed trivy:AVD-AWS-0001 app/main.tf:1 low\n" {
		t.Error("gone:", got)
	}
}
