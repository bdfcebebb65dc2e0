// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"unicode"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"github.com/hashicorp/hcl/v2"
)

type recoveryBlock struct {
	Body       hcl.Body `hcl:",body"`
	Recipients []string `hcl:"recipients"`
}

// config returns the checked block; a nil one is the default.
func (b *recoveryBlock) config(c *checker) Recovery {
	if b == nil {
		return Recovery{}
	}
	if len(b.Recipients) == 0 {
		c.fail(at(b.Body, "recipients"), "Missing recipient", "recipients is empty, and a state that is encrypted for nobody is lost.")
	}
	for i, r := range b.Recipients {
		where := atItem(b.Body, "recipients", i)
		switch {
		case privateKey.MatchString(r):
			c.fail(where, "Private key", "recipients has a private key, which everybody who reads this repository can use now: make a new one with age-keygen, and write its public key here, \"age1…\".")
		case !isRecipient(r):
			c.fail(where, "Malformed value", `recipients has %q. It must be an age public key, "age1…", or an SSH one, "ssh-ed25519 …".`, r)
		}
	}
	return Recovery{Recipients: b.Recipients}
}

// isRecipient says whether age can encrypt for s, a single line.
func isRecipient(s string) bool {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return false
	}
	var err error
	if strings.HasPrefix(s, "ssh-") {
		_, err = agessh.ParseRecipient(s)
	} else {
		_, err = age.ParseRecipients(strings.NewReader(s))
	}
	return err == nil
}
