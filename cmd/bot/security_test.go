package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layerbot/layerbot/internal/githubtest"
)

// The rows of the threat table in docs/security.md, one test each. Each plays the attack on the program as its users run
// it: with the scripts named here, with what follows them, and with the tests that the table links beside them.

func TestThreat01PullRequestFromAFork(t *testing.T) {
	play(t, "fork", "fork_gone", "fork_queued", "threats/fork")
}

func TestThreat02CommenterWithoutRights(t *testing.T) {
	play(t, "no_permission", "permissions", "apply_appliers", "not_a_command", "threats/people")
}

func TestThreat03PushBetweenCommentAndCheckout(t *testing.T) {
	play(t, "moved_meanwhile", "replayed", "wrong_checkout", "threats/head")
}

func TestThreat05FilesAndEnvironments(t *testing.T) {
	play(t, "canaries", "wrong_checkout")
}

func TestThreat08TamperedArtifact(t *testing.T) {
	play(t, "silence", "apply_tampered", "threats/artifact")
}

func TestThreat09WordsThatWouldBeArguments(t *testing.T) {
	play(t, "unknown_words", "threats/argv")
}

func TestThreat12ForgedCheckOrMarker(t *testing.T) {
	play(t, "impostors")
}

func TestThreat13MarkdownAndExpressions(t *testing.T) {
	play(t, "hostile_names", "threats/markdown")
}

// What the process prints, and what the report phase posts, passes one redactor: see canaries.txtar for the rest of the way.
func TestThreat14ReadersOfLogsAndComments(t *testing.T) {
	jwt := "eyJhbGciOiJSUzI1NiJ9" + ".eyJpc3MiOiIxMjM0NSJ9" + ".c2lnbmF0dXJlLXNpZ25hdHVyZQ"
	lines := []string{"MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo", "4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onL"}
	given := `hunter "2" <is> it/+`
	secrets := map[string]string{
		"installation token":          "ghs_" + strings.Repeat("a1", 18),
		"installation token with JWT": "ghs_4242_" + jwt,
		"user's token":                "gho_" + strings.Repeat("b2", 18),
		"AWS key":                     "AKIA" + "IOSFODNN7EXAMPLE",
		"AWS session's key":           "ASIA" + "IOSFODNN7EXAMPLE",
		"AWS session token":           "IQoJ" + strings.Repeat("b3JpZ2luX2Vj", 20),
		"OIDC token":                  jwt,
		"token in a URL":              "v1.0123456789",
		"first line of a key":         lines[0],
		"second line of a key":        lines[1],
	}
	for i, form := range escaped(given) {
		secrets[fmt.Sprintf("secret of the environment, escaped %d", i)] = form
	}
	text := "-----BEGIN RSA " + "PRIVATE KEY-----\n" + strings.Join(lines, "\n") + "\n-----END RSA " + "PRIVATE KEY-----\n" +
		"https://x-access-token:" + secrets["token in a URL"] + "@github.com/acme/infra\n"
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if !strings.Contains(text, secrets[name]) {
			text += name + ": " + secrets[name] + "\n"
		}
	}
	for before := range 3 {
		text += base64.StdEncoding.EncodeToString([]byte("abc"[:before]+given+" and more")) + "\n"
	}
	for i, form := range encoded(given) {
		secrets[fmt.Sprintf("secret of the environment, in base64 %d", i)] = form
	}
	env := environment{Actions: true, All: map[string]string{"DB_PASSWORD": given}}
	for at := range len(text) {
		var out, errs bytes.Buffer
		b, flush := build(env, &out, &errs)
		for _, w := range []io.Writer{b.out, b.err} {
			fmt.Fprint(w, text[:at])
			fmt.Fprint(w, text[at:])
		}
		b.log.Warn(text, "hint", text)
		flush()
		for name, secret := range secrets {
			if strings.Contains(out.String(), secret) || strings.Contains(errs.String(), secret) {
				t.Fatalf("written in two parts, cut at %d (%q|%q): the %s shows", at, text[max(0, at-20):at], text[at:min(len(text), at+20)], name)
			}
		}
	}
}

// The runner is told of a token before the token is used for anything.
func TestThreat14TokensAreMaskedFirst(t *testing.T) {
	for name, long := range map[string]bool{"40 characters": false, "with JWT": true} {
		t.Run(name, func(t *testing.T) {
			server, err := githubtest.New(githubtest.Options{LongTokens: long})
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			repo := server.Repository("acme", "infra")
			repo.Collaborator("rita", "read")
			for _, branch := range []string{"main", "feature"} {
				if _, err := repo.Push(branch, strings.TrimPrefix("main", branch), branch, map[string][]byte{branch: []byte("x")}); err != nil {
					t.Fatal(err)
				}
			}
			pull, err := repo.Open("alice", "x", "", "feature", "main", nil)
			if err != nil {
				t.Fatal(err)
			}
			_, payload := pull.Comment("rita", "/plan")
			event := filepath.Join(t.TempDir(), "event.json")
			if err := os.WriteFile(event, payload, 0o600); err != nil {
				t.Fatal(err)
			}

			var out lockedBuffer
			masked := func(least int) func() {
				return func() {
					if n := strings.Count(out.String(), "::add-mask::ghs_"); n < least {
						t.Errorf("%d tokens are masked when the %d. is used", n, least)
					}
				}
			}
			server.Hook("GET", "/repos/acme/infra/pulls", masked(1))
			server.Hook("GET", "/repos/acme/infra/collaborators", masked(2))
			code := run([]string{"gate", "--out", filepath.Join(t.TempDir(), "ticket.json"), "-C", repo.GitDir}, environment{
				All: map[string]string{"PATH": os.Getenv("PATH")}, Actions: true, EventName: "issue_comment", EventPath: event,
				APIURL: server.APIURL(), ServerURL: server.URL, RunID: "1", AppID: server.AppID, AppIDText: "x",
				PrivateKey: string(server.PrivateKey), InstallationID: repo.InstallationID,
			}, &out, &out)
			if code != exitOK || !strings.Contains(out.String(), "@rita may not command") {
				t.Errorf("exit %d\n%s", code, out.String())
			}
			if rest := maskLine.ReplaceAllString(out.String(), ""); strings.Contains(rest, "ghs_") {
				t.Errorf("a token shows:\n%s", rest)
			}
		})
	}
}

// A lockedBuffer is read by others while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// play runs scripts of testdata.
func play(t *testing.T, scripts ...string) {
	t.Parallel()
	t.Helper()
	shared := t.TempDir()
	all := maps.Clone(commands)
	maps.Copy(all, attacks)
	var files []string
	for _, name := range scripts {
		files = append(files, filepath.Join("testdata", name+".txtar"))
	}
	testscript.Run(t, testscript.Params{
		Files: files, Cmds: all, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("BEGINNINGS", shared)
			return setup(e)
		},
	})
}
