package aws

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// A SecretError says why a secret could not be read. It holds nothing of what AWS answered but words of a closed list.
type SecretError struct {
	Secret  string // as it was asked for, with its "#key"
	Problem string // "there is no such secret in eu-west-1"

	hint string
}

func (e *SecretError) Error() string { return "AWS secret " + e.Secret + ": " + e.Problem }

// Hint says what to do about it.
func (e *SecretError) Hint() string { return e.hint }

// of says which secret e is about.
func (e *SecretError) of(secret string) *SecretError {
	e.Secret = secret
	return e
}

var (
	// AWS ends a refusal with the kind of policy that caused it.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
	deniedBy = regexp.MustCompile(`because no [a-z-]{1,40} polic(y|ies) allows?|with an explicit deny in an? [a-z -]{1,40} policy`)

	errorCode = regexp.MustCompile(`^[A-Za-z0-9.]{1,60}$`)
)

// explain says in words of ours why AWS gave no value.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
func explain(err error, name, region string) *SecretError {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return unanswered(err, region)
	}
	code := answer.ErrorCode()
	if _, ok := retry.DefaultThrottleErrorCodes[code]; ok {
		return &SecretError{Problem: "AWS answers no more requests for now (" + code + ")", hint: "wait a minute, then run it again"}
	}
	switch code {
	case "ResourceNotFoundException":
		return &SecretError{Problem: "there is no such secret in " + region, hint: "compare the name, the region and the account; a secret of another account needs its ARN, and one that was never given a value counts as none"}
	case "InvalidRequestException":
		return &SecretError{Problem: "it cannot be read as it is: it may be marked for deletion", hint: "aws secretsmanager describe-secret tells; restore-secret brings it back"}
	case "AccessDeniedException", "AccessDenied":
		return denied(answer.ErrorMessage(), name, region)
	case "DecryptionFailure":
		return &SecretError{Problem: "AWS cannot decrypt it", hint: "look whether its KMS key is enabled, and whether the role has kms:Decrypt on it"}
	case "ExpiredTokenException", "ExpiredToken":
		return &SecretError{Problem: "the AWS credentials have expired", hint: "run it again: every run gets new ones; on your own machine, sign in again"}
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken":
		return &SecretError{Problem: "AWS does not accept the credentials (" + code + ")", hint: "the access key, its secret and its session token must belong together, and the clock be right"}
	}
	if !errorCode.MatchString(code) {
		code = "an unknown error"
	}
	return &SecretError{Problem: "AWS refused: " + code, hint: "run `aws secretsmanager get-secret-value` by hand, with the same role, to see its message"}
}

// denied names the action and the resource that a policy is missing.
func denied(message, name, region string) *SecretError {
	action, resource := "secretsmanager:GetSecretValue", name
	if strings.Contains(strings.ToLower(message), "kms") {
		action, resource = "kms:Decrypt", "the KMS key of "+name
	}
	problem := fmt.Sprintf("%s on %s in %s is denied", action, resource, region)
	if why := deniedBy.FindString(message); why != "" {
		problem += ", " + why
	}
	return &SecretError{Problem: problem, hint: "allow " + action + " to the plan role and to the apply role alike, on this one resource; the plan role's session policy must allow it, too"}
}

// unanswered explains an error that is no answer of AWS.
func unanswered(err error, region string) *SecretError {
	const network = "look at AWS_REGION, AWS_ENDPOINT_URL_SECRETS_MANAGER, the proxy and the network of the job"
	var lookup *net.DNSError
	var connection *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &SecretError{Problem: fmt.Sprintf("no answer from Secrets Manager in %s within %s", region, secretLimit), hint: network}
	case errors.As(err, &lookup):
		return &SecretError{Problem: "no host has the name " + lookup.Name, hint: network}
	case errors.As(err, &connection):
		return &SecretError{Problem: "Secrets Manager in " + region + " cannot be reached: " + connection.Error(), hint: network}
	case errors.As(err, &certificate):
		return &SecretError{Problem: "Secrets Manager in " + region + " is not trusted: " + certificate.Err.Error(), hint: "set AWS_CA_BUNDLE where a proxy has certificates of its own"}
	}
	return &SecretError{Problem: "what answered for Secrets Manager in " + region + " is not AWS, or does not speak its language", hint: network}
}
