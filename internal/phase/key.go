// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/layerbot/layerbot/internal/layer"
)

// A keyMaker returns the key of a target's fingerprints.
type keyMaker func(layer.Target) ([]byte, error)

// keys returns the keys of the targets of a ticket's repository.
func (d Door) keys(ctx context.Context, t *Ticket) keyMaker {
	return func(target layer.Target) (key []byte, err error) {
		var secret []byte
		if d.Secret != nil {
			if secret, err = d.Secret(ctx); err != nil {
				return nil, err
			}
		}
		return fingerprintKey(secret, t.Repository.ID, target)
	}
}

// fingerprintKey derives the key of a target, so that no job running Terraform sees the App's key. Without an App
// the key is random: sensitive values can then be compared within one run only.
func fingerprintKey(secret []byte, repository int64, t layer.Target) ([]byte, error) {
	if len(secret) == 0 {
		key := make([]byte, sha256.Size)
		_, err := rand.Read(key)
		return key, err
	}
	info := fmt.Sprintf("layerbot fingerprint v1\x00%d\x00%s\x00%s", repository, t.Dir, t.Env)
	return hkdf.Key(sha256.New, secret, nil, info, sha256.Size)
}
