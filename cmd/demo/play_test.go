// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestScenesWaitForTheSamePullRequestAndForWhatTheyName(t *testing.T) {
	scenes := []scene{
		{Name: "a", Act: saying{PR: "one"}},
		{Name: "b", Act: saying{PR: "two"}},
		{Act: saying{PR: "one"}},
		{After: []string{"b"}, Act: saying{PR: "three"}},
		{After: []string{"a"}, Act: saying{PR: "two"}},
	}
	for i, want := range [][]int{nil, nil, {0}, {1}, {0, 1}} {
		if got := earlier(scenes, i); !slices.Equal(got, want) {
			t.Errorf("scene %d waits for %v, not %v", i, got, want)
		}
	}
}

// What a scene waits for must be there, and stand before it: else it would not wait, or wait forever.
func TestTheStoryNamesOnlyEarlierScenes(t *testing.T) {
	var names []string
	for _, s := range story() {
		for _, name := range s.After {
			if !slices.Contains(names, name) {
				t.Errorf("%q comes after %q, which is no earlier scene", s.Title, name)
			}
		}
		if s.Name != "" && slices.Contains(names, s.Name) {
			t.Errorf("two scenes are called %q", s.Name)
		}
		names = append(names, s.Name)
	}
}

func TestPassagesAreToldWholeAndInTheOrderTheyEnd(t *testing.T) {
	var out bytes.Buffer
	whole := newTimeline(&out, false)
	first, second := whole.passage(), whole.passage()
	first.tell("alice", "begins", "")
	second.tell("ben", "begins", "")
	first.tell("alice", "ends", "")
	second.end()
	first.end()
	want := indent + "ben begins\n" + indent + "alice begins\n" + indent + "alice ends\n"
	if out.String() != want || whole.text() != want {
		t.Errorf("%q and %q, not %q", out.String(), whole.text(), want)
	}
}

func TestTheMeterCountsRequestsByRun(t *testing.T) {
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.URL.String())) }))
	defer hub.Close()
	m, err := newMeter(t.Context(), hub.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	for _, run := range []int{1, 2, 1} {
		resp, err := http.Get(m.through(run, "/api/v3/repos?page=2"))
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(resp.Body)
		resp.Body.Close()
		if err != nil || body.String() != "/api/v3/repos?page=2" {
			t.Errorf("%q %v", body.String(), err)
		}
	}
	if m.of(1) != 2 || m.of(2) != 1 || m.of(3) != 0 {
		t.Errorf("counted are %v", m.calls)
	}
}

func TestAWantNoticesWhatIsOtherwise(t *testing.T) {
	r := &run{Work: "apply", Gate: &job{Name: "gate"}, Waves: [][]*job{{{Name: "a/dev"}}, {{Name: "b/dev", Exit: 4}}}, Report: &job{Name: "report", Exit: 1}}
	fine := want{Waves: [][]string{{"a/dev"}, {"b/dev"}}, Exits: map[string]int{"b/dev": 4, "report": 1}}
	if problems := fine.checkJobs(r); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
	for name, c := range map[string]struct {
		want want
		text string
	}{
		"another wave":       {want{Waves: [][]string{{"a/dev", "b/dev"}}, Exits: fine.Exits}, "run are [[a/dev] [b/dev]], not [[a/dev b/dev]]"},
		"planned, not these": {want{Targets: []string{"a/dev"}, Exits: fine.Exits}, "not [[a/dev]]"},
		"another exit code":  {want{Waves: fine.Waves, Exits: map[string]int{"b/dev": 1, "report": 1}}, "b/dev:4"},
		"no failed report":   {want{Waves: fine.Waves, Exits: map[string]int{"b/dev": 4}}, "report:1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(c.want.checkJobs(r), "\n"); !strings.Contains(got, c.text) {
				t.Errorf("%q does not say %q", got, c.text)
			}
		})
	}
	if got := compare("checks", map[string]string{"x": "success 2"}, map[string]string{"x": "success 2 targets", "y": "failure"}); len(got) != 1 {
		t.Errorf("one check too many is %q", got)
	}
	if got := compare("checks", map[string]string{"x": "success"}, map[string]string{"x": "failure"}); len(got) != 1 {
		t.Errorf("another conclusion is %q", got)
	}
}
