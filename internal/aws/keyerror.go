// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"errors"

	"github.com/aws/smithy-go"
)

// A KeyError says why a KMS key did not sign. It holds nothing of what AWS answered but words of a closed list.
type KeyError struct {
	Key     string // ARN, as it was given
	Problem string // "kms:Sign on it is denied"

	hint string
}

func (e *KeyError) Error() string { return "AWS KMS key " + e.Key + ": " + e.Problem }

// Hint says what to do about it.
func (e *KeyError) Hint() string { return e.hint }

func (s *Signer) error(f *fault) *KeyError {
	return &KeyError{Key: s.key, Problem: f.problem, hint: f.hint}
}

// unsigned adds what can be done where there are no credentials to sign with.
func (s *Signer) unsigned(f *fault) *fault {
	if s.role != "" || s.env["AWS_PROFILE"] != "" {
		return f
	}
	return &fault{problem: f.problem, hint: "name a role that may sign with it: it is assumed by OIDC (`permissions: id-token: write`); or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}
}

// refused says in words of ours why KMS did not sign.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html#API_Sign_Errors
func (s *Signer) refused(err error) *fault {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return unanswered(err, "KMS in "+s.region, "look at AWS_ENDPOINT_URL_KMS, the proxy and the network of the job")
	}
	code := answer.ErrorCode()
	if problem := throttled(code); problem != nil {
		return problem
	}
	const describe = "`aws kms describe-key` tells its KeyState, KeySpec and KeyUsage"
	switch code {
	case "AccessDeniedException", "AccessDenied":
		return s.denied(answer.ErrorMessage())
	case "NotFoundException":
		return &fault{problem: "there is no such key in " + s.region, hint: "compare the ARN, its region and its account; a key that was deleted cannot be had back"}
	case "DisabledException":
		return &fault{problem: "the key is disabled", hint: "`aws kms enable-key` enables it, if it was not disabled for a reason"}
	case "KMSInvalidStateException":
		return &fault{problem: "the key cannot be used in its state: it waits for its deletion, or for its key material", hint: describe + "; `aws kms cancel-key-deletion` brings it back"}
	case "InvalidKeyUsageException":
		return &fault{problem: "the key is not one for RSA signatures", hint: "GitHub Apps sign with RSA: KeyUsage SIGN_VERIFY, KeySpec RSA_2048; " + describe}
	case "InvalidGrantTokenException", "InvalidArnException", "ValidationException":
		return &fault{problem: "KMS does not take its ARN (" + code + ")", hint: "copy it from `aws kms describe-key`"}
	case "KeyUnavailableException", "DependencyTimeoutException", "KMSInternalException":
		return &fault{problem: "KMS cannot use it for now (" + code + ")", hint: "run it again in a minute"}
	case "ExpiredTokenException", "ExpiredToken":
		return &fault{problem: "the AWS credentials that sign have expired", hint: "run it again: a role is assumed anew each time"}
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "IncompleteSignatureException", "MissingAuthenticationTokenException":
		return &fault{problem: "AWS does not accept the credentials that sign (" + code + ")", hint: "the access key, its secret and its session token must belong together, and the clock be right"}
	}
	return &fault{problem: "KMS refused: " + known(code), hint: "run `aws kms sign` by hand, with the same role, to see its message"}
}

// denied names the missing permission.
func (s *Signer) denied(message string) *fault {
	who := "whoever has the environment's credentials"
	if s.role != "" {
		who = s.role
	}
	problem := "kms:Sign on it is denied"
	if why := deniedBy.FindString(message); why != "" {
		problem += ", " + why
	}
	return &fault{problem: problem, hint: "allow kms:Sign on this key to " + who + ", in the key's policy or in the role's own; docs/aws.md has both"}
}
