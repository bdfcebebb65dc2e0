// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

// An STS lets tokens of an Issuer assume roles whose trust policies admit them. It also tells its sessions who they are
// (GetCallerIdentity), and takes their word for it: it verifies no signature of a request.
type STS struct {
	URL      string
	Lifetime time.Duration // of a session, whatever was asked for; 0: as NewSTS says. To be set before the first exchange

	*server
	issuer *Issuer
	minio  *MinIO
	roles  map[string]role

	mu       sync.Mutex
	failures []*stsError
	sessions []Session
}

// A Role is one that an STS knows.
type Role struct {
	ARN        string
	Trust      string // trust policy, JSON
	Policy     string // its own permissions, JSON; only MinIO enforces it. "" is everything
	MaxSeconds int    // how long a session may last; 0 is an hour, as in AWS
}

type role struct {
	Role
	trust *trust.Policy
}

// A Session is an exchange that was granted.
type Session struct {
	Role, Name, Policy string // Policy is the session policy as it was sent; "" is none
	Seconds            int    // as it was asked for; 0 is none
	Claims             trust.Claims
	AccessKey          string
}

// NewSTS starts an STS for tokens of i. Sessions are made by m, which then enforces session policies and roles' own
// permissions, and end with the token; with m nil they are good for a Store, which asks nobody, and last an hour or
// what was asked for.
func NewSTS(i *Issuer, m *MinIO, roles ...Role) (*STS, error) {
	s := &STS{issuer: i, minio: m, roles: map[string]role{}}
	for _, r := range roles {
		policy, err := trust.Parse([]byte(r.Trust))
		if err != nil {
			return nil, fmt.Errorf("trust policy of %s: %w", r.ARN, err)
		}
		if r.MaxSeconds == 0 {
			r.MaxSeconds = 3600
		}
		if m != nil {
			if err := m.addPolicy(context.Background(), policyName(r.ARN), r.Policy); err != nil {
				return nil, fmt.Errorf("policy of %s: %w", r.ARN, err)
			}
		}
		s.roles[r.ARN] = role{r, policy}
	}
	var err error
	if s.server, err = serve(s, &s.URL); err != nil {
		return nil, err
	}
	return s, nil
}

// Fail answers the next n requests with an error of AWS: "InvalidIdentityToken", "ExpiredTokenException",
// "AccessDenied", "IDPCommunicationError", "PackedPolicyTooLarge", "Throttling", "MalformedPolicyDocument",
// "RegionDisabledException".
func (s *STS) Fail(code string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, slices.Repeat([]*stsError{scripted(code)}, n)...)
}

// Sessions returns what was granted so far, in order.
func (s *STS) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sessions)
}

// Close stops it.
func (s *STS) Close() error { return s.server.Close() }

// ServeHTTP speaks the query protocol.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/programming.html
func (s *STS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if failure := s.failure(); failure != nil {
		failure.write(w)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil || r.URL.Path != "/" || r.Form.Get("Version") != "2011-06-15" {
		(&stsError{http.StatusNotFound, "MissingAction", "Missing Action"}).write(w)
		return
	}
	var body any
	var failure *stsError
	switch action := r.Form.Get("Action"); action {
	case "AssumeRoleWithWebIdentity":
		body, failure = s.assume(r.Context(), r.Form)
	case "GetCallerIdentity":
		body, failure = s.whoami(r.Header.Get("Authorization"))
	default:
		failure = &stsError{http.StatusBadRequest, "InvalidAction", "Could not find operation " + action + " for version 2011-06-15"}
	}
	if failure != nil {
		failure.write(w)
		return
	}
	writeXML(w, http.StatusOK, body)
}

// failure returns the next one that was scripted.
func (s *STS) failure() *stsError {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.failures) == 0 {
		return nil
	}
	next := s.failures[0]
	s.failures = s.failures[1:]
	return next
}
