// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A mint makes credentials "1", "2", … that last as long as it says, or fails.
type mint struct {
	lifetime time.Duration
	failing  bool
	made     int
	log      strings.Builder
}

func (m *mint) assume(context.Context) (aws.Credentials, *fault) {
	m.made++
	if m.failing {
		return aws.Credentials{}, &fault{problem: fmt.Sprintf("failure %d", m.made)}
	}
	return aws.Credentials{AccessKeyID: fmt.Sprint(m.made), SessionToken: canary, Expires: time.Now().Add(m.lifetime)}, nil
}

// session returns one of m's.
func (m *mint) session() *session {
	return &session{role: planRole, assume: m.assume, log: slog.New(slog.NewTextHandler(&m.log, nil))}
}

// now says what s gives out: a key, or its problem.
func now(t *testing.T, s *session) string {
	keys, problem := s.current(t.Context())
	if problem != nil {
		return problem.problem
	}
	return keys.AccessKeyID
}

func TestCredentialsThatAreGivenOutHaveHalfTheirLifetimeLeft(t *testing.T) {
	for _, lifetime := range []time.Duration{time.Second, 15 * time.Minute, time.Hour, 12 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			m := mint{lifetime: lifetime}
			s := m.session()
			for begin := time.Now(); time.Since(begin) < 3*lifetime; time.Sleep(lifetime / 100) {
				keys, problem := s.current(t.Context())
				if left := time.Until(keys.Expires); problem != nil || left < lifetime/2 || left > lifetime {
					t.Fatalf("%s of %s left, %v", left, lifetime, problem)
				}
			}
			if m.made != 6 {
				t.Errorf("%d exchanges in three lifetimes of %s", m.made, lifetime)
			}
		})
	}
}

func TestOldCredentialsServeWhileThereAreNoNewOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mint{lifetime: time.Hour}
		s := m.session()
		want := func(what string, exchanges int) {
			t.Helper()
			if got := now(t, s); got != what || m.made != exchanges {
				t.Errorf("given %q after %d exchanges, want %q after %d", got, m.made, what, exchanges)
			}
		}
		want("1", 1)
		m.failing = true
		time.Sleep(29 * time.Minute)
		want("1", 1)
		time.Sleep(time.Minute)
		want("1", 2)
		if log := m.log.String(); !strings.Contains(log, "level=WARN") || !strings.Contains(log, "failure 2") || strings.Contains(log, canary) {
			t.Errorf("log %q", log)
		}
		want("1", 2) // not again at once
		time.Sleep(pause)
		want("1", 3)
		time.Sleep(30 * time.Minute)
		want("failure 4", 4)
		want("failure 4", 4) // all who wait get the same
		if n := strings.Count(m.log.String(), "\n"); n != 2 {
			t.Errorf("%d lines: who asks is told anyway\n%s", n, m.log.String())
		}
		m.failing = false
		want("failure 4", 4)
		time.Sleep(pause)
		want("5", 5)
	})
}

func TestWhoGivesUpIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mint{lifetime: time.Hour, failing: true}
		s := m.session()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, problem := s.current(gone); problem == nil {
			t.Error("given without an exchange")
		}
		m.failing = false
		if got := now(t, s); got != "2" || m.log.Len() > 0 {
			t.Errorf("given %s, log %q", got, m.log.String())
		}
	})
}
