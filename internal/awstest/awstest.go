// Package awstest is an AWS for tests and demonstrations, on loopback: an issuer of OIDC tokens that have the shape of
// GitHub's, an STS that evaluates trust policies and answers with AWS's error codes, and S3. Its S3 is one in process
// that knows no identities, or MinIO, which enforces session policies.
package awstest

import (
	"context"
	"net/http"
	"time"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

// An Issuer issues OIDC tokens as GitHub Actions does: to a job, which asks with a request token of its own.
type Issuer struct {
	URL      string        // of discovery and keys; tokens bear the issuer https://token.actions.githubusercontent.com
	Lifetime time.Duration // of a token; 5 minutes unless set
}

// NewIssuer starts an issuer.
func NewIssuer() (*Issuer, error) { panic("being written") }

// Job returns the variables of a job whose tokens have the claims (and iss, exp, iat, nbf, jti; aud as it asks for):
// ACTIONS_ID_TOKEN_REQUEST_URL, which has a query already, and ACTIONS_ID_TOKEN_REQUEST_TOKEN.
func (i *Issuer) Job(claims trust.Claims) map[string]string { panic("being written") }

// Issued is how many tokens jobs were given.
func (i *Issuer) Issued() int { panic("being written") }

// Close stops it.
func (i *Issuer) Close() error { panic("being written") }

// An STS lets tokens of an Issuer assume roles whose trust policies admit them.
type STS struct {
	URL string
}

// A Role is one that an STS knows.
type Role struct {
	ARN    string
	Trust  string // trust policy, JSON
	Policy string // its own permissions, JSON; only MinIO enforces it. "" is everything
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
func NewSTS(i *Issuer, m *MinIO, roles ...Role) (*STS, error) { panic("being written") }

// Fail answers the next n requests with an error of AWS: "InvalidIdentityToken", "ExpiredTokenException",
// "AccessDenied", "IDPCommunicationError", "PackedPolicyTooLarge", "Throttling", "MalformedPolicyDocument",
// "RegionDisabledException".
func (s *STS) Fail(code string, n int) { panic("being written") }

// Sessions returns what was granted so far, in order.
func (s *STS) Sessions() []Session { panic("being written") }

// Close stops it.
func (s *STS) Close() error { panic("being written") }

// A Store is S3 in process. It takes anybody's word; locks work as in S3 (conditional writes).
type Store struct {
	URL string
}

// NewStore starts a store with buckets.
func NewStore(buckets ...string) (*Store, error) { panic("being written") }

// Objects returns the keys of a bucket, sorted.
func (s *Store) Objects(bucket string) ([]string, error) { panic("being written") }

// Get returns an object; ok is false if there is none.
func (s *Store) Get(bucket, key string) (content []byte, ok bool, err error) { panic("being written") }

// Put writes an object, such as a lock that nobody releases.
func (s *Store) Put(bucket, key string, content []byte) error { panic("being written") }

// Refuse lets f answer requests before the store does; f reports whether it did. nil ends that.
func (s *Store) Refuse(f func(http.ResponseWriter, *http.Request) bool) { panic("being written") }

// Close stops it.
func (s *Store) Close() error { panic("being written") }

// A MinIO is a MinIO server of its own, S3 and STS.
type MinIO struct {
	URL string
}

// NewMinIO starts the program (the path of minio) over an empty folder, trusting tokens of i, with buckets. It stops
// when Close is called, and by itself when this process ends.
func NewMinIO(ctx context.Context, program, dir string, i *Issuer, buckets ...string) (*MinIO, error) {
	panic("being written")
}

// Objects returns the keys of a bucket, sorted, seen as root.
func (m *MinIO) Objects(ctx context.Context, bucket string) ([]string, error) { panic("being written") }

// Get returns an object, seen as root; ok is false if there is none.
func (m *MinIO) Get(ctx context.Context, bucket, key string) (content []byte, ok bool, err error) {
	panic("being written")
}

// Put writes an object as root.
func (m *MinIO) Put(ctx context.Context, bucket, key string, content []byte) error {
	panic("being written")
}

// Close stops it.
func (m *MinIO) Close() error { panic("being written") }
