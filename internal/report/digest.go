// SPDX-License-Identifier: Apache-2.0

package report

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
)

// A digest collects fields so that no two sequences run together: each is preceded by its length.
type digest struct{ text []byte }

func (d *digest) count(n int) {
	d.text = binary.BigEndian.AppendUint64(d.text, uint64(n)) //nolint:gosec // G115: n is a length
}

func (d *digest) bytes(v []byte) {
	d.count(len(v))
	d.text = append(d.text, v...)
}

func (d *digest) field(values ...string) {
	for _, v := range values {
		d.count(len(v))
		d.text = append(d.text, v...)
	}
}

func (d *digest) flags(values ...bool) {
	for _, v := range values {
		flag := byte(0)
		if v {
			flag = 1
		}
		d.text = append(d.text, flag)
	}
}

func (d *digest) list(values []string) {
	d.count(len(values))
	d.field(values...)
}

func (d *digest) table(m map[string]string) {
	d.count(len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		d.field(k, m[k])
	}
}

func (d *digest) sum() string {
	sum := sha256.Sum256(d.text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
