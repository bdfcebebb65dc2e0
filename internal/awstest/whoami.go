// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/xml"
	"net/http"
	"regexp"
)

type identity struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	Result  struct {
		Arn     string
		UserID  string `xml:"UserId"`
		Account string
	} `xml:"GetCallerIdentityResult"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

// credential matches whose signature a request bears.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
var credential = regexp.MustCompile(`Credential=([A-Za-z0-9]+)/`)

// whoami tells a session who it is, as Terraform's backend and provider ask.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (s *STS) whoami(authorization string) (*identity, *stsError) {
	key := credential.FindStringSubmatch(authorization)
	if key == nil {
		return nil, &stsError{http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token"}
	}
	for _, session := range s.Sessions() {
		if session.AccessKey == key[1] {
			out := &identity{RequestID: requestID()}
			out.Result.Arn, out.Result.Account = session.arn(), account(session.Role)
			out.Result.UserID = roleID(session.Role) + ":" + session.Name
			return out, nil
		}
	}
	return nil, &stsError{http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid."}
}

// roleID is the id of a role, the same for the same role.
func roleID(arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return "AROA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}
