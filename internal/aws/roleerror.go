// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

// A RoleError says why a role could not be assumed. It holds no token and no credential, and of what AWS answered
// nothing but words of a closed list; the token's claims are GitHub's.
type RoleError struct {
	Role    string
	Problem string // "its trust policy does not admit repo:acme/infra:environment:plan-prod"

	hint, condition string
}

func (e *RoleError) Error() string { return "AWS role " + e.Role + ": " + e.Problem }

// Hint says what to do about it.
func (e *RoleError) Hint() string { return e.hint }

// Condition is the Condition block of a trust policy that admits the job, as indented JSON; "" where the trust policy is
// not what keeps it out.
func (e *RoleError) Condition() string { return e.condition }

// refused says in words of ours why STS gave no session for a token.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors
// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
func (x *exchange) refused(err error, token string) *fault {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return unanswered(err, "STS in "+x.grant.Region, "look at the region of the `aws` block, AWS_ENDPOINT_URL_STS, the proxy and the network of the job")
	}
	code, message := answer.ErrorCode(), answer.ErrorMessage()
	if problem := throttled(code); problem != nil {
		return problem
	}
	switch code {
	case "AccessDenied", "AccessDeniedException":
		return notAdmitted(claimsOf(token))
	case "InvalidIdentityToken", "InvalidIdentityTokenException", "IDPRejectedClaim":
		return notAccepted(message, claimsOf(token))
	case "ExpiredTokenException", "ExpiredToken":
		return &fault{problem: "AWS takes the OIDC token, which was made a moment ago, for expired", hint: "run it again; if it stays, the clock of GitHub Enterprise Server or of the runner is wrong"}
	case "IDPCommunicationError":
		return &fault{problem: "AWS could not reach GitHub to verify the OIDC token", hint: "run it again; look at githubstatus.com and health.aws.amazon.com. AWS must reach the issuer of the token"}
	case "PackedPolicyTooLarge":
		return &fault{problem: "the session policy of its plan is larger than AWS can pack", hint: smaller}
	case "MalformedPolicyDocument":
		return &fault{problem: "AWS does not understand the session policy of its plan", hint: "look at `bucket` and `key` of the backends that it names: AWS takes no letters in policies beyond ÿ (U+00FF)"}
	case "RegionDisabledException":
		return &fault{problem: "STS is not activated in " + x.grant.Region + " for the role's account", hint: "activate it in the account settings of IAM, or name another region in the `aws` block"}
	case "ValidationError":
		return x.invalid(message)
	}
	var response *smithyhttp.ResponseError
	answered := errors.As(err, &response)
	switch {
	case answered && code == noCode:
		return &fault{problem: fmt.Sprintf("what answered, with status %d, is not STS in %s, or STS is not well", response.HTTPStatusCode(), x.grant.Region),
			hint: "look at the proxy, at AWS_ENDPOINT_URL_STS and at health.aws.amazon.com; then run it again"}
	case answered && response.HTTPStatusCode() >= 500:
		return &fault{problem: "AWS fails (" + known(code) + ")", hint: "wait a minute, then run it again; look at health.aws.amazon.com"}
	}
	return &fault{problem: "AWS refused: " + known(code), hint: "look in CloudTrail, in " + x.grant.Region + ", for AssumeRoleWithWebIdentity: it has AWS's own message"}
}

// noCode is what the SDK calls an error without a code: that of a proxy, most often.
const noCode = "UnknownError"

// notAdmitted explains a refusal that AWS gives no reason for: a role that is missing looks like one that does not
// trust the token. A condition that would admit a job without a GitHub environment is none to copy: it would admit every
// workflow of the branch, or every pull request.
func notAdmitted(c trust.Claims) *fault {
	if c["environment"] == "" && strings.HasPrefix(c["sub"], "repo:") && !strings.Contains(c["sub"], ":environment:") {
		return &fault{problem: "it does not exist, or its trust policy does not admit " + shown(c["sub"]) + ", a job without a GitHub environment",
			hint: "let the workflow give the job the environment that the trust policy asks for: `environment: plan-ENV` where it plans, `environment: ENV` where it applies," +
				" `environment: layerbot` where it signs as the App; docs/aws.md has the policies. Then compare the role's ARN"}
	}
	return &fault{
		problem: "it does not exist, or its trust policy does not admit " + shown(c["sub"]),
		hint: "compare the role's ARN; if this job is one that should have it, let its trust policy allow sts:AssumeRoleWithWebIdentity to the account's OIDC provider for " +
			strings.TrimPrefix(shown(c["iss"]), "https://") + " with the condition below; `bot doctor trust` shows which jobs a policy admits",
		condition: c.Condition(),
	}
}

// notAccepted explains why AWS takes no token of the issuer.
func notAccepted(message string, c trust.Claims) *fault {
	issuer := strings.TrimPrefix(shown(c["iss"]), "https://")
	message = strings.ToLower(message)
	switch {
	case strings.Contains(message, "audience"):
		return &fault{problem: "the account's OIDC provider does not know the token's audience, " + shown(c["aud"]),
			hint: "add " + audience + " to the audiences (client IDs) of the IAM OIDC provider " + issuer}
	case strings.Contains(message, "no openidconnect provider"):
		return &fault{problem: "its account has no OIDC provider for " + issuer,
			hint: "create it in the role's account: aws iam create-open-id-connect-provider --url https://" + issuer + " --client-id-list " + audience}
	case strings.Contains(message, "thumbprint"):
		return &fault{problem: "the certificate of " + issuer + " does not match the thumbprints of the account's OIDC provider",
			hint: "update the thumbprints of the IAM OIDC provider " + issuer}
	case strings.Contains(message, "verification key"):
		return &fault{problem: "AWS could not get the keys of " + issuer, hint: "run it again; AWS must reach the issuer of the token from the internet"}
	}
	return &fault{problem: "AWS does not accept the OIDC token", hint: "look at the IAM OIDC provider " + issuer + " in the role's account: its URL, and " + audience + " among its audiences"}
}

// invalid explains what AWS finds wrong with the request.
func (x *exchange) invalid(message string) *fault {
	switch {
	case strings.Contains(message, "MaxSessionDuration"):
		return &fault{problem: fmt.Sprintf("its sessions may not last %s", x.grant.Duration()),
			hint: "raise the role's maximum session duration, or lower `session_duration` in the `aws` block; longer applies go on with new sessions anyway"}
	case strings.Contains(message, "policy"):
		return &fault{problem: "AWS does not take the session policy of its plan", hint: smaller}
	case strings.Contains(message, "roleArn"), strings.Contains(message, "ARN"):
		return &fault{problem: "AWS does not take it for the ARN of a role", hint: "correct the role in the environment's `aws` block"}
	}
	return &fault{problem: "AWS finds the request for a session invalid", hint: "look in CloudTrail, in " + x.grant.Region + ", for AssumeRoleWithWebIdentity"}
}

// claimsOf returns the claims of a token, with issuer, audience and subject at least.
func claimsOf(token string) trust.Claims {
	c, err := trust.ClaimsOf(token)
	if err != nil {
		c = trust.Claims{}
	}
	for claim, usual := range map[string]string{"iss": "https://token.actions.githubusercontent.com", "aud": audience, "sub": "the token, which cannot be read"} {
		if c[claim] == "" {
			c[claim] = usual
		}
	}
	return c
}

// shown returns a claim as a message has it. Names of branches and environments are part of claims, and anybody's choice.
func shown(claim string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, claim))
	return string(runes[:min(300, len(runes))])
}
