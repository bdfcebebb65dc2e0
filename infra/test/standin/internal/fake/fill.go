// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"github.com/zclconf/go-cty/cty"
)

// Moment is the time at which everything happened.
const Moment = "2026-01-02T03:04:05Z"

// maker makes up the attributes of one object. The same object gets the same values, each time and on each machine; two
// objects that say exactly the same of themselves get the same, too.
type maker struct {
	typ    string
	at     place
	object cty.Value
	seed   [32]byte
	shape  map[string]string
	making map[string]bool
}

func newMaker(typ string, at place, object cty.Value, shape map[string]string) *maker {
	said := typ + "\n" + at.account + "\n" + at.region + "\n" + fingerprint(object)
	return &maker{typ: typ, at: at, object: object, seed: sha256.Sum256([]byte(said)), shape: shape, making: map[string]bool{}}
}

// fill is the object with every unknown made up.
func (s *Server) fill(typ string, b *schema.Block, v cty.Value) cty.Value {
	return newMaker(typ, s.at, v, shapes[typ]).block(b, v, "")
}

func (m *maker) block(b *schema.Block, v cty.Value, path string) cty.Value {
	if !known(v) {
		return v
	}
	attributes := v.AsValueMap()
	for name, a := range b.Attributes {
		if a.WriteOnly {
			attributes[name] = cty.NullVal(a.Type)
		} else if !attributes[name].IsWhollyKnown() {
			attributes[name] = m.value(path+name, attributes[name])
		}
	}
	for name, n := range b.Blocks {
		attributes[name] = m.nested(n, attributes[name], path+name+".")
	}
	return cty.ObjectVal(attributes)
}

func (m *maker) nested(n *schema.Nested, v cty.Value, path string) cty.Value {
	if v.IsNull() {
		return v
	}
	if !v.IsKnown() {
		return emptyOf(v.Type())
	}
	if n.Nesting != schema.List && n.Nesting != schema.Set {
		return m.block(n.Block, v, path)
	}
	var elements []cty.Value
	for _, element := range v.AsValueSlice() {
		elements = append(elements, m.block(n.Block, element, path))
	}
	return collection(v.Type(), elements)
}

// value makes up an attribute that is unknown, in whole or in part.
func (m *maker) value(path string, v cty.Value) cty.Value {
	if v.IsKnown() {
		made, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
			if v.IsKnown() {
				return v, nil
			}
			return m.value(path, v), nil
		})
		if err == nil {
			return made
		}
	}
	if template, ok := m.shape[path]; ok {
		return m.shaped(path, m.expand(template), v.Type())
	}
	if v.Type() == cty.String {
		return cty.StringVal(m.guess(path))
	}
	return zeroOf(v.Type())
}

// shaped is an expanded template as a value: text for a string, JSON for all else.
func (m *maker) shaped(path, expanded string, t cty.Type) cty.Value {
	if t == cty.String {
		return cty.StringVal(expanded)
	}
	var decoded any
	if err := json.Unmarshal([]byte(expanded), &decoded); err != nil {
		panic("shape of " + m.typ + "." + path + " is no JSON: " + expanded)
	}
	v, err := fromGo(decoded, t)
	if err != nil {
		panic("shape of " + m.typ + "." + path + ": " + err.Error())
	}
	return v
}

var placeholder = regexp.MustCompile(`<[a-z0-9_]+(:([^<>]|<[a-z0-9_]+>)*)?>`)

// expand puts values into a template: <region>, <account>, <partition>, <suffix>, <moment>, <hex:17>, <upper:21>,
// <digits:12>, <uuid>, <base64:text>, <host:url>, or the name of an attribute of the object.
func (m *maker) expand(template string) string {
	return placeholder.ReplaceAllStringFunc(template, func(p string) string {
		name, argument, _ := strings.Cut(p[1:len(p)-1], ":")
		switch name {
		case "region":
			if r := text(attribute(m.object, "region")); r != "" {
				return r
			}
			return m.at.region
		case "account":
			return m.at.account
		case "partition":
			return m.at.partition
		case "suffix":
			return m.at.suffix
		case "moment":
			return Moment
		case "host":
			return strings.TrimPrefix(m.named(argument), "https://")
		case "base64":
			return base64.StdEncoding.EncodeToString([]byte(m.expand(argument)))
		case "hex", "upper", "digits":
			return m.digest(name, argument)
		case "uuid":
			h := m.digest("hex", "32")
			return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
		default:
			return m.named(name)
		}
	})
}

// digest is made of the seed: n characters of the kind.
func (m *maker) digest(kind, argument string) string {
	n, err := strconv.Atoi(argument)
	if err != nil {
		panic("a length is expected: " + argument)
	}
	alphabets := map[string]string{"upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "digits": "0123456789"}
	alphabet := alphabets[kind]
	sum := sha256.Sum256(append(m.seed[:], kind...))
	var b strings.Builder
	for b.Len() < n {
		if kind == "hex" {
			b.WriteString(hex.EncodeToString(sum[:]))
		} else {
			for _, c := range sum {
				b.WriteByte(alphabet[int(c)%len(alphabet)])
			}
		}
		sum = sha256.Sum256(sum[:])
	}
	return b.String()[:n]
}

// named is an attribute of the object: as it is known, or as it is made up.
func (m *maker) named(name string) string {
	if s := text(attribute(m.object, name)); s != "" {
		return s
	}
	if m.making[name] {
		return m.digest("hex", "12")
	}
	m.making[name] = true
	defer delete(m.making, name)
	if template, ok := m.shape[name]; ok {
		return m.expand(template)
	}
	return m.guess(name)
}

// guess makes up a text by what the attribute is called, where the type has no shape for it.
func (m *maker) guess(path string) string {
	name := path[strings.LastIndexByte(path, '.')+1:]
	service, resource, _ := strings.Cut(strings.TrimPrefix(m.typ, "aws_"), "_")
	switch {
	case name == "arn" || strings.HasSuffix(name, "_arn"):
		return m.expand("arn:<partition>:" + service + ":<region>:<account>:" + strings.ReplaceAll(resource, "_", "-") + "/" + m.label())
	case name == "id":
		return m.label()
	case name == "name":
		return m.expand(text(attribute(m.object, "name_prefix")) + "<digits:26>")
	case name == "region":
		return m.at.region
	case name == "owner_id" || strings.HasSuffix(name, "account_id") || name == "registry_id":
		return m.at.account
	case strings.HasSuffix(name, "_id"):
		return m.expand("<hex:17>")
	case strings.HasSuffix(name, "_date") || strings.HasSuffix(name, "_at") || strings.HasSuffix(name, "_time"):
		return Moment
	case strings.HasSuffix(name, "dns_name") || strings.HasSuffix(name, "domain_name") || name == "endpoint":
		return m.expand("<hex:12>." + service + ".<region>.<suffix>")
	default:
		return ""
	}
}

// label is how an object is called, in ids and ARNs of types without a shape.
func (m *maker) label() string {
	if s := text(attribute(m.object, "name")); s != "" {
		return s
	}
	return m.expand(strings.ReplaceAll(strings.TrimPrefix(m.typ, "aws_"), "_", "-") + "-<hex:17>")
}
