// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// A grant is what a session is given.
type grant struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

type assumed struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleWithWebIdentityResponse"`
	Result  struct {
		Credentials                 grant
		SubjectFromWebIdentityToken string
		AssumedRoleUser             struct {
			Arn           string
			AssumedRoleID string `xml:"AssumedRoleId"`
		}
		Provider, Audience string
	} `xml:"AssumeRoleWithWebIdentityResult"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

// assume exchanges a token for a session.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
func (s *STS) assume(ctx context.Context, form url.Values) (*assumed, *stsError) {
	session, failure := asked(form)
	if failure != nil {
		return nil, failure
	}
	claims, failure := s.issuer.verify(form.Get("WebIdentityToken"))
	if failure != nil {
		return nil, failure
	}
	session.Claims = stringClaims(claims)
	role, known := s.roles[session.Role]
	if !known || !role.trust.Admits(session.Claims) {
		return nil, notAuthorized()
	}
	if session.Seconds > role.MaxSeconds {
		return nil, &stsError{http.StatusBadRequest, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."}
	}
	given, failure := s.give(ctx, session, claims)
	if failure != nil {
		return nil, failure
	}
	session.AccessKey = given.AccessKeyID
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = append(s.sessions, session)

	out := &assumed{RequestID: requestID()}
	out.Result.Credentials = given
	out.Result.SubjectFromWebIdentityToken = session.Claims["sub"]
	out.Result.Provider = "arn:aws:iam::" + account(session.Role) + ":oidc-provider/" + strings.TrimPrefix(issuerName, "https://")
	out.Result.Audience = audience
	out.Result.AssumedRoleUser.Arn = session.arn()
	out.Result.AssumedRoleUser.AssumedRoleID = roleID(session.Role) + ":" + session.Name
	return out, nil
}

// sessionName matches the names that AWS admits.
var sessionName = regexp.MustCompile(`^[\w+=,.@-]*$`)

// asked returns the session that a request asks for, or what is wrong with its parameters.
func asked(form url.Values) (Session, *stsError) {
	session := Session{Role: form.Get("RoleArn"), Name: form.Get("RoleSessionName"), Policy: form.Get("Policy")}
	switch token := form.Get("WebIdentityToken"); {
	case len(session.Role) < 20:
		return session, constraint(session.Role, "roleArn", "have length greater than or equal to 20")
	case len(session.Name) < 2:
		return session, constraint(session.Name, "roleSessionName", "have length greater than or equal to 2")
	case len(session.Name) > 64:
		return session, constraint(session.Name, "roleSessionName", "have length less than or equal to 64")
	case !sessionName.MatchString(session.Name):
		return session, constraint(session.Name, "roleSessionName", `satisfy regular expression pattern: [\w+=,.@-]*`)
	case len(token) < 4:
		return session, constraint(token, "webIdentityToken", "have length greater than or equal to 4")
	case len(session.Policy) > 2048:
		return session, constraint(session.Policy, "policy", "have length less than or equal to 2048")
	}
	if session.Policy != "" {
		if _, failure := parsePolicy(session.Policy); failure != nil {
			return session, failure
		}
	}
	text, given := form.Get("DurationSeconds"), form.Has("DurationSeconds")
	if !given {
		return session, nil
	}
	seconds, err := strconv.Atoi(text)
	switch session.Seconds = seconds; {
	case err != nil:
		return session, &stsError{http.StatusBadRequest, "MalformedInput", "Unexpected value for DurationSeconds"}
	case seconds < 900:
		return session, constraint(text, "durationSeconds", "have value greater than or equal to 900")
	case seconds > 43200:
		return session, constraint(text, "durationSeconds", "have value less than or equal to 43200")
	}
	return session, nil
}

// give makes the credentials of a session.
func (s *STS) give(ctx context.Context, session Session, claims jwt.MapClaims) (grant, *stsError) {
	if s.minio != nil {
		given, err := s.minio.assume(ctx, s.issuer, session, s.end(session, claims))
		if err != nil {
			return grant{}, &stsError{http.StatusInternalServerError, "InternalFailure", err.Error()}
		}
		return given, nil
	}
	return grant{
		AccessKeyID: "ASIA" + random(16), SecretAccessKey: random(40), SessionToken: random(200),
		Expiration: s.end(session, claims),
	}, nil
}

// end is when a session ends.
func (s *STS) end(session Session, claims jwt.MapClaims) time.Time {
	now := time.Now().UTC()
	switch expires, _ := claims["exp"].(float64); {
	case s.Lifetime != 0:
		return now.Add(s.Lifetime)
	case s.minio != nil:
		return time.Unix(int64(expires), 0).UTC()
	case session.Seconds != 0:
		return now.Add(time.Duration(session.Seconds) * time.Second)
	}
	return now.Add(time.Hour)
}

// arn is who a session is.
func (s Session) arn() string {
	name := s.Role[strings.LastIndex(s.Role, "/")+1:] // without its path, as in AWS
	return fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account(s.Role), name, s.Name)
}

// account is the fifth part of an ARN.
func account(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 4 {
		return parts[4]
	}
	return ""
}
