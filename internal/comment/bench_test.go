// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"encoding/json"
	"runtime"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// The figures of the house: a plan text of 5 MB, and reports of a plan JSON of 50 MB, to one finished comment.

func BenchmarkRender5MBPlan(b *testing.B) {
	p := bigPage(40, 56, 26)
	text := 0
	for _, r := range p.Reports {
		text += len(FullText(r))
	}
	benchmarkRender(b, p, text)
}

func BenchmarkRender50MBPlan(b *testing.B) {
	p := bigPage(40, 1000, 14)
	raw, err := json.Marshal(p.Reports)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkRender(b, p, len(raw))
}

func BenchmarkFullText5MBPlan(b *testing.B) {
	p := bigPage(40, 56, 26)
	for b.Loop() {
		n := 0
		for _, r := range p.Reports {
			n += len(FullText(r))
		}
		b.ReportMetric(float64(n)/1e6, "MB-text")
	}
}

func BenchmarkHTML5MBPlan(b *testing.B) {
	p := bigPage(40, 56, 26)
	for b.Loop() {
		b.ReportMetric(float64(len(HTML(p)))/1e6, "MB-html")
	}
}

// A merge that applied 60 targets with outputs, in all forms that are written of it: less than 200 ms.
func BenchmarkMerged60Targets(b *testing.B) {
	p := bigPage(60, 40, 8)
	p.State = Merged
	for i := range p.Reports {
		r := &p.Reports[i]
		r.Status, r.Apply = report.Applied, &report.Apply{Outputs: outputsOf()}
	}
	for b.Loop() {
		_, summary, text := CheckText(p, "prod", Budget)
		b.ReportMetric(float64(len(Render(p).Body)+len(Summary(p, 1<<20).Body)+len(summary)+len(text)), "bytes")
	}
}

func benchmarkRender(b *testing.B, p Page, input int) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var got Rendered
	for b.Loop() {
		got = Render(p)
	}
	runtime.ReadMemStats(&after)
	if len(got.Body) > Budget || !got.Truncated {
		b.Fatalf("%d bytes", len(got.Body))
	}
	b.ReportMetric(float64(input)/1e6, "MB-input")
	b.ReportMetric(float64(len(got.Body)), "bytes/comment")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/float64(input), "allocated/input")
}

// The comment of 2,000 findings beside plans of 5 MB: less than 200 ms.
func BenchmarkRender2000Findings(b *testing.B) {
	p := manyFindings(bigPage(40, 56, 26), 2000)
	text := 0
	for _, r := range p.Reports {
		text += len(FullText(r))
	}
	benchmarkRender(b, p, text)
}

func BenchmarkHTML2000Findings(b *testing.B) {
	p := manyFindings(bigPage(40, 56, 26), 2000)
	for i := range p.Reports {
		p.Reports[i].Changes = nil
	}
	for b.Loop() {
		b.ReportMetric(float64(len(HTML(p)))/1e6, "MB-html")
	}
}
