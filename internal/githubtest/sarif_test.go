// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
)

// sarifOf is a file with two runs. spoil is "old=>new".
func sarifOf(spoil string) string {
	const result = `{"ruleId":"R1","level":"error","message":{"text":"open to the world"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"01-net/main.tf"},"region":{"startLine":3,"endLine":4}}}]}`
	run := func(category, results string) string {
		return `{"tool":{"driver":{"name":"Layerbot","rules":[{"id":"R1","properties":{"tags":["security"]}}]}},"automationDetails":{"id":"` + category + `"},"results":[` + results + `]}`
	}
	text := `{"version":"2.1.0","runs":[` + run("layerbot/net/dev/", result) + `,` + run("layerbot/net/prod/", "") + `]}`
	from, to, _ := strings.Cut(spoil, "=>")
	return strings.Replace(text, from, to, 1)
}

func packSARIF(text string) string {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(text)) // into memory
	_ = w.Close()
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

// upload is the body of a request that uploads text for the stage's pull request.
func (st *stage) upload(text string) string {
	return fmt.Sprintf(`{"commit_sha":%q,"ref":"refs/pull/1/head","sarif":%q}`, st.pull.Head(), packSARIF(text))
}

const sarifs = "/repos/acme/infra/code-scanning/sarifs"

func TestSARIFIsTakenAndKept(t *testing.T) {
	st := newStage(t, Options{})
	head := st.pull.Head()
	resp, text := st.do(t, "POST", sarifs, st.token(github.Permissions{"security_events": "write"}), st.upload(sarifOf("")))
	if resp.StatusCode != 202 || !strings.Contains(text, `"id":"`) || len(st.told) > 0 {
		t.Fatalf("%d %s, %v", resp.StatusCode, text, st.told)
	}
	got := st.repo.SARIFs()
	if len(got) != 1 || got[0].Commit != head || got[0].Ref != "refs/pull/1/head" || string(got[0].Body) != sarifOf("") {
		t.Errorf("%+v", got)
	}
	overtaken := st.upload(sarifOf(""))
	if _, err := st.pull.Push(map[string][]byte{"x": []byte("y")}); err != nil {
		t.Fatal(err)
	}
	if resp, text := st.do(t, "POST", sarifs, st.token(github.Permissions{"security_events": "write"}), overtaken); resp.StatusCode != 202 || len(st.told) > 0 {
		t.Errorf("overtaken by a push: %d %s, %v", resp.StatusCode, text, st.told)
	}
}

func TestCodeScanningThatIsOffIsNoFaultOfTheClient(t *testing.T) {
	st := newStage(t, Options{})
	st.repo.DisableCodeScanning()
	resp, text := st.do(t, "POST", sarifs, st.token(github.Permissions{"security_events": "write"}), st.upload(sarifOf("")))
	if resp.StatusCode != 403 || !strings.Contains(text, "must be enabled") || len(st.told) > 0 || len(st.repo.SARIFs()) > 0 {
		t.Errorf("%d %s, %v, %d kept", resp.StatusCode, text, st.told, len(st.repo.SARIFs()))
	}
}

func TestSARIFThatCodeScanningWouldNotTakeIsAViolation(t *testing.T) {
	st := newStage(t, Options{})
	head, main := st.pull.Head(), st.repo.resolve("main")
	body := func(commit, ref, sarif string) string {
		text, err := json.Marshal(map[string]string{"commit_sha": commit, "ref": ref, "sarif": sarif})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	spoilt := func(spoil string) string {
		if sarifOf(spoil) == sarifOf("") {
			t.Fatalf("%s spoils nothing", spoil)
		}
		return st.upload(sarifOf(spoil))
	}
	const ref = "refs/pull/1/head"
	fine := packSARIF(sarifOf(""))
	noise := make([]byte, maxSARIF+1)
	for _, tt := range []struct {
		name, body string
		want       int
	}{
		{"no commit", body(strings.Repeat("1", 40), ref, fine), 422},
		{"a branch as a commit", body("change", ref, fine), 422},
		{"the base", body(main, ref, fine), 422},
		{"another pull request", body(head, "refs/pull/2/head", fine), 422},
		{"a branch", body(head, "refs/heads/change", fine), 422},
		{"an unknown field", strings.Replace(body(head, ref, fine), `{`, `{"tool":"x",`, 1), 422},
		{"nothing", body(head, ref, ""), 400},
		{"no base64", body(head, ref, "{}"), 400},
		{"base64 alone", body(head, ref, base64.StdEncoding.EncodeToString([]byte(sarifOf("")))), 400},
		{"half of it", body(head, ref, fine[:len(fine)/2/4*4]), 400},
		{"more than 10 MB", body(head, ref, base64.StdEncoding.EncodeToString(noise)), 413},
		{"no JSON", spoilt(`}=>`), 400},
		{"another version", spoilt(`2.1.0=>2.0.0`), 400},
		{"no runs", st.upload(`{"version":"2.1.0","runs":[]}`), 400},
		{"21 runs", st.upload(`{"version":"2.1.0","runs":[` + strings.Repeat(`{},`, 20) + `{}]}`), 400},
		{"no tool", spoilt(`"name":"Layerbot",=>`), 400},
		{"two runs of one category", spoilt(`layerbot/net/prod/=>layerbot/net/dev/2`), 400},
		{"an id that is no category", spoilt(`layerbot/net/dev/=>net`), 400},
		{"no results", spoilt(`"results":[]=>"results":null`), 400},
		{"a rule without an id", spoilt(`"id":"R1",=>`), 400},
		{"21 tags", spoilt(`"security"=>` + strings.Repeat(`"a",`, 20) + `"b"`), 400},
		{"a result of no rule", spoilt(`"ruleId":"R1"=>"ruleId":"R2"`), 400},
		{"an unknown level", spoilt(`"level":"error"=>"level":"high"`), 400},
		{"a silent result", spoilt(`open to the world=>`), 400},
		{"a result at no place", spoilt(`"locations":[=>"relatedLocations":[`), 400},
		{"an absolute path", spoilt(`01-net/main.tf=>/01-net/main.tf`), 400},
		{"a path outside the repository", spoilt(`01-net/main.tf=>../main.tf`), 400},
		{"an escaped path outside the repository", spoilt(`01-net/main.tf=>%2e%2e/main.tf`), 400},
		{"another scheme", spoilt(`01-net/main.tf=>file:///main.tf`), 400},
		{"line 0", spoilt(`"startLine":3=>"startLine":0`), 400},
		{"lines that end before they start", spoilt(`"endLine":4=>"endLine":2`), 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st.told = nil
			resp, text := st.do(t, "POST", sarifs, st.token(github.Permissions{"security_events": "write"}), tt.body)
			if resp.StatusCode != tt.want || len(st.told) != 1 || len(st.repo.SARIFs()) > 0 {
				t.Errorf("%d %.200s, violations %v, %d kept; want %d and one violation", resp.StatusCode, text, st.told, len(st.repo.SARIFs()), tt.want)
			}
		})
	}
}
