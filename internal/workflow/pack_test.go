// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/phase"
)

// digests returns JSON that is hardly anything but digests, which compress least of what a ticket holds.
func digests(t *testing.T, size int) []byte {
	t.Helper()
	random := make([]byte, size/2)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	return []byte(`{"digests":"` + hex.EncodeToString(random) + `"}`)
}

func TestWhatIsPackedIsUnpacked(t *testing.T) {
	for name, ticket := range map[string][]byte{"small": []byte(`{"version":1}`), "as large as a ticket may be": digests(t, 640<<10)} {
		t.Run(name, func(t *testing.T) {
			parts, err := pack(ticket)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range parts {
				if len(p) >= 128<<10 || strings.ContainsAny(p, "\r\n") {
					t.Errorf("a part has %d bytes, or several lines", len(p))
				}
			}
			got, err := Unpack([]byte(strings.Join(parts, "") + "\n"))
			if err != nil || !bytes.Equal(got, ticket) {
				t.Errorf("Unpack: %v, %d bytes of %d", err, len(got), len(ticket))
			}
		})
	}
}

func TestJSONIsUnpackedAsItIs(t *testing.T) {
	if got, err := Unpack([]byte(" {\"version\":1}\n")); err != nil || string(got) != `{"version":1}` {
		t.Errorf("%q, %v", got, err)
	}
}

// The runner drops an output in which it finds a secret; the id of an App is one, and has few digits.
func TestAPackedTicketHasNoTextOfTheTicket(t *testing.T) {
	parts, err := pack([]byte(`{"app":424242,"run":"https://github.com/acme/infra/actions/runs/424242"}`))
	if err != nil || strings.Contains(strings.Join(parts, ""), "424242") {
		t.Errorf("%q, %v", parts, err)
	}
}

func TestATicketThatCannotBeHandedOnIsRefused(t *testing.T) {
	_, err := pack(digests(t, 2<<20))
	if user := new(phase.UserError); !errors.As(err, &user) {
		t.Errorf("pack: %v", err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	parts, err := pack(digests(t, 300<<10))
	if err != nil || len(parts) < 2 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	bomb, err := pack(bytes.Repeat([]byte(" "), maxJSON+1))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, why string }{
		"nothing":              {"\n", "it is empty"},
		"another text":         {"aGVsbG8gd29ybGQsIGhlbGxv", "neither JSON"},
		"no base64":            {"!!!", "neither JSON"},
		"a part is missing":    {parts[0], "missing or damaged"},
		"parts change places":  {parts[1] + parts[0], "neither JSON"},
		"a flipped character":  {flip(strings.Join(parts, "")), "missing or damaged"},
		"far too much in it":   {strings.Join(bomb, ""), "too large"},
		"the second part only": {parts[1], "neither JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Unpack([]byte(c.text))
			if hint, ok := phase.Hint(err); !ok || hint == "" || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v (hint %q), want %q", err, hint, c.why)
			}
		})
	}
}

// flip changes one character in the middle.
func flip(text string) string {
	at := len(text) / 2
	other := "A"
	if text[at] == 'A' {
		other = "B"
	}
	return text[:at] + other + text[at+1:]
}
