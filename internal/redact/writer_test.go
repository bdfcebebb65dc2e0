// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/redact"
)

func TestWriterSplitsAnywhere(t *testing.T) {
	r := redact.New("hunter2 is it", pem)
	text := "a hunter2 is it " + pem + "\nhttps://u:pw@h/ " + jwt + " ghs_" + strings.Repeat("z", 36) + ".\n" +
		"Authorization: Bearer   abc\nAWS_SESSION_TOKEN=" + sts + "\nhunter2 is i"
	want := r.String(text)
	for at := range len(text) {
		if got := stream(t, r, text[:at], text[at:]); got != want {
			t.Fatalf("split at %d:\n got %q\nwant %q", at, got, want)
		}
	}
	if got := stream(t, r, strings.Split(text, "")...); got != want {
		t.Fatalf("byte by byte:\n got %q\nwant %q", got, want)
	}
}

func TestWriterPassesOrdinaryLinesOnAtOnce(t *testing.T) {
	var out strings.Builder
	w := redact.New("hunter2").Writer(&out)
	for _, line := range []string{"Refreshing state...\n", "see https://example.com/x\n", "done 100%\n"} {
		out.Reset()
		if _, err := w.Write([]byte(line)); err != nil || out.String() != line {
			t.Errorf("%q: passed on %q, %v", line, out.String(), err)
		}
	}
}

func TestWriterHoldsBackABoundedTail(t *testing.T) {
	const most = 17 << 10
	for name, start := range map[string]string{
		"endless private key": "-----BEGIN " + "PRIVATE KEY-----", "endless token": "ghs_abcdef",
		"endless web token": "eyJ", "endless URL": "https://", "endless header": "Authorization: Bearer x",
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			w := (&redact.Redactor{}).Writer(&out)
			if _, err := w.Write([]byte(start + strings.Repeat("a", 3*most))); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte("\nend\n")); err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(out.String(), "\nend\n") {
				t.Errorf("still held back: the output ends in %.60q", out.String())
			}
		})
	}
}

func TestWriterAppliesSecretsAddedLater(t *testing.T) {
	var out strings.Builder
	r := redact.New()
	w := r.Writer(&out)
	write(t, w, "late-secret\n")
	r.Add("late-secret")
	write(t, w, "late-secret\n")
	if want := "late-secret\n" + redact.Mask + "\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

func TestWriterReportsErrors(t *testing.T) {
	full := errors.New("disk full")
	w := redact.New().Writer(failing{full})
	if n, err := w.Write([]byte("text\n")); n != 0 || !errors.Is(err, full) {
		t.Errorf("Write = %d, %v", n, err)
	}
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("Close = %v", err)
	}
}

func FuzzStreamEqualsWhole(f *testing.F) {
	for _, s := range []string{
		pem, jwt, sts, "https://u:p@h/ghs_abcdefgh", "Authorization:\"Basic  x", "s3cret-s3cret", "AUTHORIZATION: x-access-token:y",
		"czNjcmV0 733363726574 Bearer aaaaaaaaaaaaaaaaaaaaaaaaa", "-----BEGIN " + "PRIVATE KEY-----", "://://a:b@", "eyJeyJeyJeyJ.eyJ.",
	} {
		f.Add(s, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		r := redact.New("s3cret", "cret-s3", "multi\nline-secret\n12345678")
		random := rand.New(rand.NewPCG(seed, 1))
		var parts []string
		for rest := text; rest != ""; {
			n := 1 + random.IntN(min(len(rest), 20))
			parts = append(parts, rest[:n])
			rest = rest[n:]
		}
		whole := r.String(text)
		if got := stream(t, r, parts...); got != whole {
			t.Errorf("parts %q\n got %q\nwant %q", parts, got, whole)
		}
		if strings.Contains(whole, "s3cret") {
			t.Errorf("String(%q) = %q", text, whole)
		}
	})
}

// Ugly texts must not take much longer than ordinary ones.
func TestScanIsLinear(t *testing.T) {
	for name, piece := range map[string]string{
		"web tokens": "eyJ", "tokens": "ghs_", "URLs": "a://b:c@", "keys": "-----BEGIN " + "PRIVATE KEY-----",
		"headers": "authorization:x", "dashes": "-", "keys that end badly": "-----BEGIN " + "PRIVATE KEY----------END ", "letters of a secret": "a", "bearers": "bearer ",
	} {
		t.Run(name, func(t *testing.T) {
			r := redact.New(strings.Repeat("a", 300) + "b")
			text := strings.Repeat(piece, 1<<20/len(piece))
			start := time.Now()
			r.String(text)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("1 MiB of %q took %v", piece, took)
			}
		})
	}
}

func stream(t *testing.T, r *redact.Redactor, parts ...string) string {
	t.Helper()
	var out strings.Builder
	w := r.Writer(&out)
	for _, p := range parts {
		write(t, w, p)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func write(t *testing.T, w interface{ Write([]byte) (int, error) }, s string) {
	t.Helper()
	if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
		t.Fatalf("Write(%q) = %d, %v", s, n, err)
	}
}

func BenchmarkString5MB(b *testing.B) {
	var secrets []string
	for i := range 20 {
		secrets = append(secrets, "registered-secret-"+strings.Repeat(string(rune('a'+i)), 12))
	}
	r := redact.New(secrets...)
	line := "  + resource \"aws_instance\" \"web\" { ami = \"ami-0123456789abcdef0\" } # https://example.com/docs\n"
	text := strings.Repeat(strings.Repeat(line, 50)+secrets[7]+"\n", 5<<20/(50*len(line)))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r.String(text)
	}
}
