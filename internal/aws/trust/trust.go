// Package trust knows AWS's trust policies, as far as they are about the OIDC tokens of GitHub Actions: which tokens a
// policy admits, and which condition admits a token and nothing wider. It asks nobody and reads nothing.
package trust

// A Policy is the trust policy of a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type Policy struct{}

// Parse reads a trust policy: the document itself, also URL-encoded as the IAM API gives it, or the answer of `aws iam
// get-role`. What it cannot judge (an operator, an element or a principal it does not know) is an error that names it:
// it never guesses.
func Parse(src []byte) (*Policy, error) { panic("being written") }

// Admits reports whether the policy lets a token assume the role by AssumeRoleWithWebIdentity. Deny wins over Allow.
func (p *Policy) Admits(c Claims) bool { panic("being written") }

// Claims are those of an OIDC token of GitHub Actions, by name: "iss", "aud", "sub", "repository_id", "ref",
// "environment", "job_workflow_ref" … As condition keys they bear the issuer's name:
// "token.actions.githubusercontent.com:sub".
// https://docs.github.com/actions/reference/security/oidc
type Claims map[string]string

// ClaimsOf returns the claims of a token, without verifying it: for messages, never for a decision.
func ClaimsOf(token string) (Claims, error) { panic("being written") }

// Condition returns the Condition block of a statement that admits c and no wider set of tokens: aud, sub and, where c
// has them, repository_id, ref and job_workflow_ref, as indented JSON.
func (c Claims) Condition() string { panic("being written") }
