// SPDX-License-Identifier: Apache-2.0

package redact

var (
	alnum     = newClass("A-Za-z0-9")
	word      = newClass("A-Za-z0-9_")
	upper     = newClass("A-Z0-9")
	upperDash = newClass("A-Z0-9-")
	base64url = newClass("A-Za-z0-9_-")
	dotted    = newClass("A-Za-z0-9_.-")
	base64any = newClass("A-Za-z0-9+/=_%-")
	token68   = newClass("A-Za-z0-9._~+/=-") // https://www.rfc-editor.org/rfc/rfc9110#section-11.2
	userinfo  = not(" \t\r\n/?#@\"'`<>\\")
	authority = not(" \t\r\n/?#\"'`<>\\")
	headerval = not("\r\n\"'`\\<[]}")
)

// shapes returns every shape that is known.
func shapes() []shape {
	return []shape{
		// https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
		// Installation tokens come in two forms: an opaque word, and ghs_APPID_JWT with dots and dashes.
		token{prefix: "ghs_", body: dotted, min: 4, glued: 16},
		token{prefix: "ghp_", body: word, min: 4, glued: 16},
		token{prefix: "gho_", body: word, min: 4, glued: 16},
		token{prefix: "ghu_", body: word, min: 4, glued: 16},
		token{prefix: "ghr_", body: word, min: 4, glued: 16},
		token{prefix: "github_pat_", body: word, min: 4},
		token{prefix: "x-access-token:", body: userinfo, min: 1, keep: true},
		token{prefix: "eC1hY2Nlc3MtdG9rZW46", body: base64any, min: 1}, // the same in base64

		// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
		token{prefix: "AKIA", body: upper, min: 16},
		token{prefix: "ASIA", body: upper, min: 16},
		// Session tokens: a serialised message in base64, whose first bytes do not change.
		token{prefix: "IQoJ", body: base64any, min: 60},
		token{prefix: "FwoG", body: base64any, min: 60},
		token{prefix: "FQoG", body: base64any, min: 60},
		token{prefix: "AQoD", body: base64any, min: 60},

		token{prefix: "AGE-SECRET-KEY-", body: upperDash, min: 20}, // https://age-encryption.org/v1
		token{prefix: "ops_ey", body: base64any, min: 20},          // 1Password service account

		// Private keys in base64: "-----BEGIN " and the first letters of the label.
		token{prefix: "LS0tLS1CRUdJTiBQUklW", body: base64any, min: 20}, // PRIVATE KEY
		token{prefix: "LS0tLS1CRUdJTiBSU0Eg", body: base64any, min: 20}, // RSA
		token{prefix: "LS0tLS1CRUdJTiBFQyBQ", body: base64any, min: 20}, // EC
		token{prefix: "LS0tLS1CRUdJTiBPUEVO", body: base64any, min: 20}, // OPENSSH
		token{prefix: "LS0tLS1CRUdJTiBFTkNS", body: base64any, min: 20}, // ENCRYPTED

		token{prefix: "bearer ", body: token68, min: 20, keep: true, fold: true},
		privateKey{},
		webToken{},
		urlPassword{},
		authorization{},
	}
}
