// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// A session is a role that was assumed, and is assumed again when its credentials come to their end.
type session struct {
	role   string
	assume func(context.Context) (aws.Credentials, *fault)
	log    *slog.Logger

	mu     sync.Mutex // one exchange at a time
	keys   aws.Credentials
	due    time.Time // until then keys are given out, or failed is
	failed *fault    // of the last exchange
}

// pause is how long a failed exchange is not tried again: those who wait in line meanwhile get its error, too.
const pause = 2 * time.Second

// current returns credentials of which at least half of the lifetime is left, so that nobody starts with ones that are
// about to end; AWS's SDKs ask again five minutes before the end of those that they were given, and then get new
// ones. If there are none to be had the old ones are good until they expire, and the log has a warning.
func (s *session) current(ctx context.Context) (aws.Credentials, *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !time.Now().Before(s.due) {
		s.renew(ctx)
	}
	if s.failed != nil && !time.Now().Before(s.keys.Expires) {
		return aws.Credentials{}, s.failed
	}
	return s.keys, nil
}

// renew makes an exchange.
func (s *session) renew(ctx context.Context) {
	keys, problem := s.assume(ctx)
	now := time.Now()
	s.failed = problem
	switch {
	case problem == nil:
		s.keys, s.due = keys, now.Add(keys.Expires.Sub(now)/2)
	case ctx.Err() != nil: // who asked has gone: the next one may try at once
	default:
		s.due = now.Add(pause)
		if now.Before(s.keys.Expires) {
			s.log.Warn("AWS credentials are not renewed", "role", s.role, "problem", problem.problem, "expires", s.keys.Expires)
		}
	}
}

// An exchange makes sessions out of tokens.
type exchange struct {
	issuer issuer
	grant  Grant
	policy *string // session policy
	wait   time.Duration
}

// The roles, regions and session names that there are. Regions become part of host names.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
var (
	roleARN     = lazily(`^arn:([a-z-]{1,32}):iam::[0-9]*:role/[\w+=,.@/-]{1,512}$`)
	regionName  = regexp.MustCompile(`^[a-z0-9]{1,20}(-[a-z0-9]{1,20}){0,5}$`)
	sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
)

// newExchange returns what makes the sessions of g.
func newExchange(i issuer, g *Grant, wait time.Duration) (*exchange, *fault) {
	x := &exchange{issuer: i, grant: *g, wait: wait}
	if x.grant.Session == "" {
		x.grant.Session = "layerbot"
	}
	const block = "correct the environment's `aws` block in the configuration"
	switch {
	case !roleARN().MatchString(g.Role):
		return nil, &fault{problem: "it is not the ARN of a role", hint: block + ": arn:aws:iam::123456789012:role/NAME"}
	case !regionName.MatchString(g.Region):
		return nil, &fault{problem: "its region is not the name of one", hint: block + `: region = "eu-west-1"`}
	case !sessionName.MatchString(x.grant.Session):
		return nil, &fault{problem: "a session cannot have the name that was chosen for it", hint: "2 to 64 letters, digits and _+=,.@- are what AWS takes"}
	case g.Seconds != 0 && (g.Seconds < 15*60 || g.Seconds > 12*60*60):
		return nil, &fault{problem: "no session lasts as long as was asked for", hint: block + ": 15 minutes to 12 hours are what AWS takes"}
	case g.State == nil:
		return x, nil
	}
	policy, problem := g.State.policy(partition(g.Role))
	x.policy = &policy
	return x, problem
}

// run exchanges a fresh token for credentials. It takes up to callLimit.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
func (x *exchange) run(ctx context.Context) (aws.Credentials, *fault) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	token, problem := x.issuer.token(ctx)
	if problem != nil {
		return aws.Credentials{}, problem
	}
	client, problem := httpClient(x.issuer.env)
	if problem != nil {
		return aws.Credentials{}, problem
	}
	defer client.CloseIdleConnections()
	in := &sts.AssumeRoleWithWebIdentityInput{RoleArn: &x.grant.Role, RoleSessionName: &x.grant.Session, WebIdentityToken: &token, Policy: x.policy}
	if x.grant.Seconds > 0 {
		in.DurationSeconds = aws.Int32(int32(x.grant.Seconds)) //nolint:gosec // G115: newExchange has seen that it is small
	}
	out, err := sts.New(x.options(client)).AssumeRoleWithWebIdentity(ctx, in)
	if err != nil {
		return aws.Credentials{}, x.refused(err, token)
	}
	return x.credentials(out)
}

// options know nothing but the grant and the issuer's environment.
func (x *exchange) options(client sts.HTTPClient) sts.Options {
	o := sts.Options{
		Region: x.grant.Region, Credentials: aws.AnonymousCredentials{}, HTTPClient: client, BaseEndpoint: endpoint(x.issuer.env, "STS"),
		// AWS wants the first to be tried again; the second it answers now and then for tokens that are fine.
		// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors
		Retryer: retryer(x.wait, "IDPCommunicationError", "InvalidIdentityToken"),
	}
	o.EndpointOptions.UseFIPSEndpoint, o.EndpointOptions.UseDualStackEndpoint = fips(x.issuer.env), dualStack(x.issuer.env)
	return o
}

// credentials returns those of an answer.
func (x *exchange) credentials(out *sts.AssumeRoleWithWebIdentityOutput) (aws.Credentials, *fault) {
	c := out.Credentials
	if c == nil || c.Expiration == nil || aws.ToString(c.AccessKeyId) == "" || aws.ToString(c.SecretAccessKey) == "" || aws.ToString(c.SessionToken) == "" {
		return aws.Credentials{}, &fault{problem: "STS answered without credentials", hint: "look at AWS_ENDPOINT_URL_STS and the proxy: what answered may not be AWS"}
	}
	for _, secret := range []string{*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken} {
		x.issuer.learn(secret)
	}
	if !time.Now().Before(*c.Expiration) {
		return aws.Credentials{}, &fault{problem: "its session has ended before it began", hint: "set the clock of the runner"}
	}
	expires := *c.Expiration
	if longest := time.Now().Add(x.longest()); expires.After(longest) {
		expires = longest // the clock of this machine is behind
	}
	return aws.Credentials{
		AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken, CanExpire: true, Expires: expires,
	}, nil
}

// longest is how long a session lasts at most: as long as was asked for, else an hour.
func (x *exchange) longest() time.Duration {
	if x.grant.Seconds > 0 {
		return x.grant.Duration()
	}
	return time.Hour
}
