// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

const (
	planRole  = "arn:aws:iam::123456789012:role/ci/layerbot-plan"
	applyRole = "arn:aws:iam::123456789012:role/ci/layerbot-apply"
	planSub   = "repo:acme/infra:environment:plan-prod"
	applySub  = "repo:acme/infra:environment:prod"
)

// admits is the trust policy of a role that one subject may assume.
func admits(subject string) string {
	return `{"Version": "2012-10-17", "Statement": [{
  "Effect": "Allow",
  "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
  "Action": "sts:AssumeRoleWithWebIdentity",
  "Condition": {"StringEquals": {
    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    "token.actions.githubusercontent.com:sub": "` + subject + `"
  }}
}]}`
}

// newSTS starts an STS with a role for planning and one for applying, which lasts up to two hours.
func newSTS(t *testing.T, i *Issuer, m *MinIO) *STS {
	t.Helper()
	s, err := NewSTS(i, m,
		Role{ARN: planRole, Trust: admits(planSub)},
		Role{ARN: applyRole, Trust: admits(applySub), MaxSeconds: 7200})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// client is AWS's own.
func (s *STS) client(key string) *sts.Client {
	return sts.New(sts.Options{
		Region: "eu-west-1", BaseEndpoint: &s.URL, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: "x"}, nil
		}),
	})
}

// exchange is a sound request of the plan role.
func exchange(token string) *sts.AssumeRoleWithWebIdentityInput {
	return &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String(planRole), RoleSessionName: aws.String("layerbot-pr-12-4711"), WebIdentityToken: &token,
	}
}

func mustToken(t *testing.T, i *Issuer, claims trust.Claims, audience string) string {
	t.Helper()
	token, err := i.Token(claims, audience)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

const bounds = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}]}`

func TestAnExchangeIsGranted(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newSTS(t, i, nil)
	in := exchange(asJob(t, i.Job(trust.Claims{"sub": planSub}), "sts.amazonaws.com"))
	in.Policy, in.DurationSeconds = aws.String(bounds), aws.Int32(1800)
	out, err := s.client("").AssumeRoleWithWebIdentity(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(*out.Credentials.Expiration); left < 29*time.Minute || left > 30*time.Minute {
		t.Errorf("it lasts %s", left)
	}
	if !strings.HasPrefix(*out.Credentials.AccessKeyId, "ASIA") || len(*out.Credentials.SecretAccessKey) != 40 || *out.Credentials.SessionToken == "" {
		t.Errorf("credentials %s", *out.Credentials.AccessKeyId)
	}
	const session = "arn:aws:sts::123456789012:assumed-role/layerbot-plan/layerbot-pr-12-4711"
	if *out.AssumedRoleUser.Arn != session || *out.SubjectFromWebIdentityToken != planSub || *out.Audience != "sts.amazonaws.com" ||
		*out.Provider != "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" {
		t.Errorf("%v", out)
	}
	got := s.Sessions()
	if len(got) != 1 {
		t.Fatalf("%v", got)
	}
	if got[0].Claims["environment"] != "plan-prod" || got[0].Claims["iss"] != "https://token.actions.githubusercontent.com" {
		t.Errorf("claims %v", got[0].Claims)
	}
	got[0].Claims = nil
	want := Session{Role: planRole, Name: "layerbot-pr-12-4711", Policy: bounds, Seconds: 1800, AccessKey: *out.Credentials.AccessKeyId}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Error(diff)
	}

	who, err := s.client(*out.Credentials.AccessKeyId).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Arn != session || *who.Account != "123456789012" || *who.UserId != *out.AssumedRoleUser.AssumedRoleId {
		t.Errorf("%v %v", err, who)
	}
	_, err = s.client("ASIANOBODY").GetCallerIdentity(t.Context(), nil)
	refused(t, err, 403, "InvalidClientTokenId", "security token")
}

// refused fails the test if err is not an answer of AWS with that status and code, whose message has a text.
func refused(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	var response *smithyhttp.ResponseError
	var answer smithy.APIError
	if !errors.As(err, &response) || !errors.As(err, &answer) {
		t.Errorf("%v is no answer of AWS", err)
		return
	}
	if response.HTTPStatusCode() != status || answer.ErrorCode() != code || !strings.Contains(answer.ErrorMessage(), message) {
		t.Errorf("%d %v\nwant %d %s: … %s …", response.HTTPStatusCode(), answer, status, code, message)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	i, stranger := newIssuer(t), newIssuer(t)
	s := newSTS(t, i, nil)
	fresh := func(audience string, claims trust.Claims) string { return mustToken(t, i, claims, audience) }
	good := fresh("sts.amazonaws.com", trust.Claims{"sub": planSub})
	signed := func(change jwt.MapClaims) string {
		claims := jwt.MapClaims{"iss": issuerName, "aud": audience, "sub": planSub, "exp": time.Now().Add(time.Minute).Unix()}
		for name, value := range change {
			claims[name] = value
		}
		token, err := i.sign(claims)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	type input = sts.AssumeRoleWithWebIdentityInput
	for name, c := range map[string]struct {
		change        func(*input)
		status        int
		code, message string
	}{
		"another environment": {func(in *input) { *in.WebIdentityToken = fresh(audience, trust.Claims{"sub": applySub}) },
			403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		"another role": {func(in *input) { *in.RoleArn = applyRole },
			403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		"a role that does not exist": {func(in *input) { *in.RoleArn += "x" },
			403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		"another audience": {func(in *input) { *in.WebIdentityToken = fresh("sigstore", trust.Claims{"sub": planSub}) },
			400, "InvalidIdentityToken", "Incorrect token audience"},
		"MinIO's audience": {func(in *input) { *in.WebIdentityToken = fresh(client, trust.Claims{"sub": planSub}) },
			400, "InvalidIdentityToken", "Incorrect token audience"},
		"expired": {func(in *input) { *in.WebIdentityToken = signed(jwt.MapClaims{"exp": 1700000000}) },
			400, "ExpiredTokenException", "must be before the expiration date/time 1700000000"},
		"without an end": {func(in *input) { *in.WebIdentityToken = signed(jwt.MapClaims{"exp": nil}) },
			400, "ExpiredTokenException", "Token expired"},
		"not yet valid": {func(in *input) {
			*in.WebIdentityToken = signed(jwt.MapClaims{"nbf": time.Now().Add(time.Hour).Unix()})
		}, 400, "InvalidIdentityToken", "not yet"},
		"another issuer": {func(in *input) { *in.WebIdentityToken = signed(jwt.MapClaims{"iss": "https://ghes.acme.example"}) },
			400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://ghes.acme.example"},
		"a key of somebody else": {func(in *input) {
			*in.WebIdentityToken = mustToken(t, stranger, trust.Claims{"sub": planSub}, audience)
		}, 400, "InvalidIdentityToken", "verification key"},
		"a signature of another token": {func(in *input) {
			parts := strings.Split(good, ".")
			parts[2] = strings.Split(fresh(audience, trust.Claims{"sub": applySub}), ".")[2]
			*in.WebIdentityToken = strings.Join(parts, ".")
		}, 400, "InvalidIdentityToken", "verification key"},
		"without a signature": {func(in *input) {
			token, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": issuerName, "aud": audience, "sub": planSub}).SignedString(jwt.UnsafeAllowNoneSignatureType)
			if err != nil {
				t.Fatal(err)
			}
			*in.WebIdentityToken = token
		}, 400, "InvalidIdentityToken", "verification key"},
		"no token at all": {func(in *input) { *in.WebIdentityToken = "nonsense" },
			400, "InvalidIdentityToken", "is not a valid JWT"},
		"too short": {func(in *input) { in.DurationSeconds = aws.Int32(899) },
			400, "ValidationError", "at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
		"longer than a role's hour": {func(in *input) { in.DurationSeconds = aws.Int32(3601) },
			400, "ValidationError", "exceeds the MaxSessionDuration"},
		"longer than any session": {func(in *input) { in.DurationSeconds = aws.Int32(43201) },
			400, "ValidationError", "less than or equal to 43200"},
		"a session name with a slash": {func(in *input) { *in.RoleSessionName = "pr/12" },
			400, "ValidationError", `at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern`},
		"a long session name": {func(in *input) { *in.RoleSessionName = strings.Repeat("a", 65) },
			400, "ValidationError", "length less than or equal to 64"},
		"a short session name": {func(in *input) { *in.RoleSessionName = "a" },
			400, "ValidationError", "length greater than or equal to 2"},
		"no ARN": {func(in *input) { *in.RoleArn = "layerbot" },
			400, "ValidationError", "at 'roleArn'"},
		"a policy that is too long": {func(in *input) { in.Policy = aws.String(strings.Replace(bounds, "*", strings.Repeat("x", 2048), 1)) },
			400, "ValidationError", "at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048"},
		"a policy that is no JSON": {func(in *input) { in.Policy = aws.String(bounds[1:]) },
			400, "MalformedPolicyDocument", "Syntax errors"},
		"a policy without statements": {func(in *input) { in.Policy = aws.String(`{"Version":"2012-10-17"}`) },
			400, "MalformedPolicyDocument", "Syntax errors"},
		"a policy with a principal": {func(in *input) {
			in.Policy = aws.String(strings.Replace(bounds, `"Effect"`, `"Principal":"*","Effect"`, 1))
		}, 400, "MalformedPolicyDocument", "principal"},
		"a policy without an action": {func(in *input) { in.Policy = aws.String(strings.Replace(bounds, "Action", "Actor", 1)) },
			400, "MalformedPolicyDocument", "actions"},
		"a policy without a resource": {func(in *input) { in.Policy = aws.String(strings.Replace(bounds, "Resource", "Source", 1)) },
			400, "MalformedPolicyDocument", "resources"},
		"a policy with another effect": {func(in *input) { in.Policy = aws.String(strings.Replace(bounds, "Deny", "deny", 1)) },
			400, "MalformedPolicyDocument", "effect"},
	} {
		in := exchange(good)
		c.change(in)
		t.Run(name, func(t *testing.T) {
			out, err := s.client("").AssumeRoleWithWebIdentity(t.Context(), in)
			if err == nil {
				t.Fatalf("granted: %v", out.AssumedRoleUser)
			}
			refused(t, err, c.status, c.code, c.message)
		})
	}
	if got := s.Sessions(); len(got) != 0 {
		t.Errorf("granted: %v", got)
	}
	// The request that all of these are changes of is sound.
	if _, err := s.client("").AssumeRoleWithWebIdentity(t.Context(), exchange(good)); err != nil {
		t.Error(err)
	}
}

func TestARoleMayLastLongerThanAnHour(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newSTS(t, i, nil)
	in := exchange(mustToken(t, i, trust.Claims{"sub": applySub}, audience))
	in.RoleArn, in.DurationSeconds = aws.String(applyRole), aws.Int32(7200)
	out, err := s.client("").AssumeRoleWithWebIdentity(t.Context(), in)
	if err != nil || time.Until(*out.Credentials.Expiration) < 119*time.Minute {
		t.Errorf("%v %v", err, out)
	}
}

func TestScriptedFailuresComeInOrderThenEnd(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newSTS(t, i, nil)
	s.Lifetime = 90 * time.Second
	for code, status := range map[string]int{
		"InvalidIdentityToken": 400, "ExpiredTokenException": 400, "AccessDenied": 403, "IDPCommunicationError": 400, "PackedPolicyTooLarge": 400,
		"Throttling": 400, "MalformedPolicyDocument": 400, "RegionDisabledException": 403,
	} {
		s.Fail(code, 2)
		s.Fail("Throttling", 1)
		for _, want := range []struct {
			code   string
			status int
		}{{code, status}, {code, status}, {"Throttling", 400}} {
			_, err := s.client("").AssumeRoleWithWebIdentity(t.Context(), exchange(mustToken(t, i, trust.Claims{"sub": planSub}, audience)))
			refused(t, err, want.status, want.code, "")
		}
	}
	out, err := s.client("").AssumeRoleWithWebIdentity(t.Context(), exchange(mustToken(t, i, trust.Claims{"sub": planSub}, audience)))
	if err != nil || time.Until(*out.Credentials.Expiration) > s.Lifetime {
		t.Errorf("%v %v", err, out)
	}
}

func TestWhatIsNoRequestOfSTSIsRefused(t *testing.T) {
	t.Parallel()
	s := newSTS(t, newIssuer(t), nil)
	for query, want := range map[string]string{
		"": "MissingAction", "?Version=2011-06-15": "InvalidAction", "?Version=2011-06-15&Action=AssumeRole": "InvalidAction",
		"?Action=GetCallerIdentity": "MissingAction", "?Version=2011-06-15&Action=GetCallerIdentity": "MissingAuthenticationToken",
		"x?Version=2011-06-15&Action=GetCallerIdentity": "MissingAction", "?%zz": "MissingAction",
	} {
		resp, err := http.Post(s.URL+"/"+query, "application/x-www-form-urlencoded", nil)
		if err != nil {
			t.Fatal(err)
		}
		if body := text(t, resp); !strings.Contains(body, "<Code>"+want+"</Code>") || resp.StatusCode < 400 {
			t.Errorf("%q: %d %s", query, resp.StatusCode, body)
		}
	}
}

func text(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestARoleNeedsATrustPolicyThatCanBeJudged(t *testing.T) {
	t.Parallel()
	if _, err := NewSTS(newIssuer(t), nil, Role{ARN: planRole, Trust: "{"}); err == nil || !strings.Contains(err.Error(), planRole) {
		t.Error(err)
	}
}
