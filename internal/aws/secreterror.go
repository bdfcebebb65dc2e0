// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

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

// deniedBy is what AWS ends a refusal with: the kind of policy that caused it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
var deniedBy = regexp.MustCompile(`because no [a-z-]{1,40} polic(y|ies) allows?|with an explicit deny in an? [a-z -]{1,40} policy`)

// explain says in words of ours why AWS gave no value.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
func explain(err error, name, region string) *fault {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return unanswered(err, "Secrets Manager in "+region, "look at AWS_REGION, AWS_ENDPOINT_URL_SECRETS_MANAGER, the proxy and the network of the job")
	}
	code := answer.ErrorCode()
	if problem := throttled(code); problem != nil {
		return problem
	}
	switch code {
	case "ResourceNotFoundException":
		return &fault{problem: "there is no such secret in " + region, hint: "compare the name, the region and the account; a secret of another account needs its ARN, and one that was never given a value counts as none"}
	case "InvalidRequestException":
		return &fault{problem: "it cannot be read as it is: it may be marked for deletion", hint: "aws secretsmanager describe-secret tells; restore-secret brings it back"}
	case "AccessDeniedException", "AccessDenied":
		return denied(answer.ErrorMessage(), name, region)
	case "DecryptionFailure":
		return &fault{problem: "AWS cannot decrypt it", hint: "look whether its KMS key is enabled, and whether the role has kms:Decrypt on it"}
	case "ExpiredTokenException", "ExpiredToken":
		return &fault{problem: "the AWS credentials have expired", hint: "run it again: every run gets new ones; on your own machine, sign in again"}
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken":
		return &fault{problem: "AWS does not accept the credentials (" + code + ")", hint: "the access key, its secret and its session token must belong together, and the clock be right"}
	}
	return &fault{problem: "AWS refused: " + known(code), hint: "run `aws secretsmanager get-secret-value` by hand, with the same role, to see its message"}
}

// denied names the action and the resource that a policy is missing.
func denied(message, name, region string) *fault {
	action, resource := "secretsmanager:GetSecretValue", name
	if strings.Contains(strings.ToLower(message), "kms") {
		action, resource = "kms:Decrypt", "the KMS key of "+name
	}
	problem := fmt.Sprintf("%s on %s in %s is denied", action, resource, region)
	if why := deniedBy.FindString(message); why != "" {
		problem += ", " + why
	}
	return &fault{problem: problem, hint: "allow " + action + " to the plan role and to the apply role alike, on this one resource; the plan role's session policy must allow it, too"}
}
