// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"encoding/xml"
	"fmt"
	"net/http"
)

// stsError is an answer of AWS.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors
type stsError struct {
	status        int
	code, message string
}

func (e *stsError) Error() string { return e.code + ": " + e.message }

func invalidToken(format string, args ...any) *stsError {
	return &stsError{http.StatusBadRequest, "InvalidIdentityToken", fmt.Sprintf(format, args...)}
}

func expiredToken(now int64, expired any) *stsError {
	message := fmt.Sprintf("Token expired: current date/time %d must be before the expiration date/time %.0f", now, expired)
	return &stsError{http.StatusBadRequest, "ExpiredTokenException", message}
}

func malformedPolicy(message string) *stsError {
	return &stsError{http.StatusBadRequest, "MalformedPolicyDocument", message}
}

// constraint is how AWS refuses a parameter that its description of the API does not admit.
// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
func constraint(value, name, rule string) *stsError {
	return &stsError{http.StatusBadRequest, "ValidationError", fmt.Sprintf(
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must %s", value, name, rule)}
}

// notAuthorized is the answer to a token that no trust policy admits, and to a role that does not exist.
func notAuthorized() *stsError {
	return &stsError{http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"}
}

// scripted returns an error that Fail knows.
func scripted(code string) *stsError {
	switch code {
	case "InvalidIdentityToken":
		return invalidToken("Incorrect token audience")
	case "ExpiredTokenException":
		return expiredToken(1763841600, float64(1763841300))
	case "AccessDenied":
		return notAuthorized()
	case "MalformedPolicyDocument":
		return malformedPolicy("Syntax errors in policy.")
	case "IDPCommunicationError":
		return &stsError{http.StatusBadRequest, code, "Couldn't retrieve verification key from your identity provider"}
	case "PackedPolicyTooLarge":
		return &stsError{http.StatusBadRequest, code, "Packed policy consumes 112% of allotted space, please use smaller policy."}
	case "Throttling":
		return &stsError{http.StatusBadRequest, code, "Rate exceeded"}
	case "RegionDisabledException":
		return &stsError{http.StatusForbidden, code, "STS is not activated in this region for account:123456789012. Your account administrator can activate STS in this region using the IAM Console."}
	}
	panic("no error of AWS's STS that a test may ask for: " + code)
}

type errorResponse struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Error   struct {
		Type, Code, Message string
	}
	RequestID string `xml:"RequestId"`
}

// write answers a request.
func (e *stsError) write(w http.ResponseWriter) {
	body := errorResponse{RequestID: requestID()}
	body.Error.Type, body.Error.Code, body.Error.Message = "Sender", e.code, e.message
	if e.status >= http.StatusInternalServerError {
		body.Error.Type = "Receiver"
	}
	writeXML(w, e.status, body)
}

func writeXML(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(body) // who asked is gone
}

// requestID has the shape of AWS's.
func requestID() string {
	id := random(32)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
