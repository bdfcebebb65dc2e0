// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/layerbot/layerbot/internal/report"
)

// resource is one element of resource_changes, resource_drift or deferred_changes.
type resource struct {
	address, previous string
	data              bool // a data source
	reason            string
	change            change
}

// change is what Terraform plans for one resource or output.
// Source: https://developer.hashicorp.com/terraform/internals/json-format#change-representation
type change struct {
	actions       []string
	before, after value
	unknown       value
	hiddenBefore  value
	hiddenAfter   value
	forces        []value
	imported      bool
	importID      string
	importUnknown bool
}

func decodeResource(dec *jsontext.Decoder) (r resource, err error) {
	var mode, deposed string
	err = members(dec, func(name string) error {
		switch name {
		case "address":
			return text(dec, &r.address)
		case "previous_address":
			return text(dec, &r.previous)
		case "mode":
			return text(dec, &mode)
		case "deposed":
			return text(dec, &deposed)
		case "action_reason":
			return text(dec, &r.reason)
		case "change":
			return r.change.decode(dec)
		}
		return dec.SkipValue()
	})
	r.data = mode == "data"
	if deposed != "" {
		r.address += " (deposed object " + deposed + ")"
	}
	return r, err
}

func (c *change) decode(dec *jsontext.Decoder) error {
	return members(dec, func(name string) error {
		switch name {
		case "actions":
			return texts(dec, &c.actions)
		case "before":
			return c.value(dec, &c.before)
		case "after":
			return c.value(dec, &c.after)
		case "after_unknown":
			return c.value(dec, &c.unknown)
		case "before_sensitive":
			return c.value(dec, &c.hiddenBefore)
		case "after_sensitive":
			return c.value(dec, &c.hiddenAfter)
		case "replace_paths":
			paths, err := decodeValue(dec)
			c.forces = paths.items
			return err
		case "importing":
			return c.importing(dec)
		}
		return dec.SkipValue()
	})
}

// value reads a value, or skips it when nothing happens to it anyway.
func (c *change) value(dec *jsontext.Decoder, v *value) (err error) {
	if c.action() == report.NoOp {
		return dec.SkipValue()
	}
	*v, err = decodeValue(dec)
	return err
}

func (c *change) importing(dec *jsontext.Decoder) error {
	c.imported = dec.PeekKind() == jsontext.KindBeginObject
	return members(dec, func(name string) error {
		switch name {
		case "id":
			return text(dec, &c.importID)
		case "unknown":
			c.importUnknown = dec.PeekKind() == jsontext.KindTrue
		}
		return dec.SkipValue()
	})
}

// action returns what the actions of a change come to. Replacements are one action, whatever their order.
func (c *change) action() report.Action {
	switch strings.Join(c.actions, ",") {
	case "no-op":
		return report.NoOp
	case "create":
		return report.Create
	case "read":
		return report.Read
	case "update":
		return report.Update
	case "delete":
		return report.Delete
	case "forget":
		return report.Forget
	case "delete,create", "create,delete", "create,forget":
		return report.Replace
	}
	return ""
}

// finish applies the masks and returns the leaves that differ, with paths below root.
func (c *change) finish(root string) []report.Leaf {
	c.after.forget(&c.unknown)
	c.before.hide(&c.hiddenBefore)
	c.after.hide(&c.hiddenAfter)
	return leaves(root, &c.before, &c.after, c.forces)
}

// hiddenID stands for the id of an import that must not be seen.
const hiddenID = "(sensitive)"

// report returns the change as it is shown, without attributes. The masks must have been applied.
func (c *change) report(address string) (report.Change, error) {
	out := report.Change{Address: address, Action: c.action(), Imported: c.imported, ImportID: c.importID}
	if out.Action == "" {
		return out, fmt.Errorf("%s: unknown actions %q", address, c.actions)
	}
	out.CreateFirst = out.Action == report.Replace && c.actions[0] == "create"
	switch {
	case c.importUnknown:
		out.ImportID = "(known after apply)"
	case c.imported && (c.before.member("id").sensitive || c.after.member("id").sensitive || c.after.sensitive):
		out.ImportID = hiddenID
	}
	return out, nil
}

// identity returns leaves that tell which object a change is about, as far as they do not change themselves.
func (c *change) identity(differ []report.Leaf) []report.Leaf {
	var out []report.Leaf
	for _, name := range []string{"id", "arn"} {
		v := c.before.member(name)
		known := slices.ContainsFunc(differ, func(l report.Leaf) bool { return l.Path == name })
		if v.kind == scalar && !known {
			out = append(out, report.Leaf{Path: name, Before: v.raw, After: v.raw, Sensitive: v.sensitive})
		}
	}
	return out
}

// attrs returns leaves as they are shown: without what is sensitive, and redacted.
func (r *Runner) attrs(leaves []report.Leaf) []report.Attr {
	if len(leaves) == 0 {
		return nil
	}
	out := make([]report.Attr, len(leaves))
	for i, l := range leaves {
		out[i] = report.Attr{Path: l.Path, Unknown: l.Unknown, Sensitive: l.Sensitive, Forces: l.Forces}
		if !l.Sensitive {
			out[i].Before, out[i].After = redactJSON(r.redact, l.Before), redactJSON(r.redact, l.After)
		}
	}
	return out
}

// redactJSON redacts a string in its JSON form.
func redactJSON(redact func(string) string, raw []byte) []byte {
	if len(raw) == 0 || raw[0] != '"' {
		return raw
	}
	plain := unquote(raw)
	if clean := redact(plain); clean != plain {
		return quote(clean)
	}
	return raw
}

// text reads a string; null is "".
func text(dec *jsontext.Decoder, s *string) error {
	token, err := dec.ReadToken()
	if err == nil && token.Kind() == jsontext.KindString {
		*s = token.String()
	}
	return err
}

// texts reads a list of strings.
func texts(dec *jsontext.Decoder, list *[]string) error {
	return elements(dec, func() error {
		var s string
		err := text(dec, &s)
		*list = append(*list, s)
		return err
	})
}
