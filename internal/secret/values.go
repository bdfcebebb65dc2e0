// SPDX-License-Identifier: Apache-2.0

package secret

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"
)

const (
	maxValue = 64 << 10 // bytes, of any value
	together = 8        // sources that are read at a time
)

// A reading is one source that is read, for one or more variables.
type reading struct {
	source string // as people are told of it
	secret bool
	read   func(context.Context) (string, *Error)

	value string
	err   *Error
}

// Values returns the value of every variable of s, by name: not empty, UTF-8, at most 64 KiB. Each source is read once
// a call; Learn is told of all secrets that could be read, short ones too, before Values returns, from one goroutine.
// (The redactor ignores values under four bytes: they are in every text.)
//
// The error is a *Error naming the variable and its source, or several joined in the order of the variables' names;
// or that of ctx. It holds no secret, but may hold the last line a failed command wrote to its standard error.
func (k Keeper) Values(ctx context.Context, s Supply) (map[string]string, error) {
	readings, err := k.readings(s)
	if err != nil {
		return nil, err
	}
	var g errgroup.Group
	g.SetLimit(together)
	started := map[*reading]bool{}
	for _, r := range readings {
		if !started[r] {
			started[r] = true
			g.Go(func() error { r.value, r.err = r.checked(ctx); return nil })
		}
	}
	_ = g.Wait() // problems are kept, to be told together
	for r := range started {
		if r.secret && r.value != "" && k.Learn != nil {
			k.Learn(r.value)
		}
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("read the values of input variables: %w", ctx.Err())
	}
	return collect(readings)
}

// collect returns the values by variable, or everything that is wrong.
func collect(readings map[string]*reading) (map[string]string, error) {
	values := map[string]string{}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(readings)) {
		r := readings[name]
		values[name] = r.value
		if r.err != nil {
			problems = append(problems, &Error{Variable: name, Source: r.source, Problem: r.err.Problem, hint: r.err.hint})
		}
	}
	switch len(problems) {
	case 0:
		return values, nil
	case 1:
		return nil, problems[0]
	default:
		return nil, errors.Join(problems...)
	}
}

// readings returns what is to be read, by variable. Variables with the same source share one.
func (k Keeper) readings(s Supply) (map[string]*reading, error) {
	byName, bySource := map[string]*reading{}, map[any]*reading{}
	add := func(name string, source any, r reading) error {
		if byName[name] != nil {
			return &Error{Variable: name, Source: r.source, Problem: "it has a value from elsewhere already",
				hint: "leave one `secret` or `variable` block of it, in all layer blocks that name this layer"}
		}
		if bySource[source] == nil {
			bySource[source] = &r
		}
		byName[name] = bySource[source]
		return nil
	}
	for _, x := range s.Secrets {
		name := x.Name
		x.Name = ""
		if err := add(name, x, k.secret(x)); err != nil {
			return nil, err
		}
	}
	for _, x := range s.Variables {
		name := x.Name
		x.Name = ""
		r := reading{source: "the command " + x.Command, read: func(ctx context.Context) (string, *Error) { return k.command(ctx, x) }}
		if err := add(name, x, r); err != nil {
			return nil, err
		}
	}
	return byName, nil
}

// secret returns how x is read.
func (k Keeper) secret(x Source) reading {
	r := reading{secret: true}
	switch {
	case x.Env != "":
		r.source, r.read = "the environment variable "+x.Env, func(context.Context) (string, *Error) { return k.variable(x.Env) }
	case x.File != "":
		r.source, r.read = "the file "+x.File, func(context.Context) (string, *Error) { return k.file(x.File) }
	case x.OnePassword != "":
		r.source, r.read = x.OnePassword, func(ctx context.Context) (string, *Error) { return k.onePassword(ctx, x.OnePassword) }
	case x.AWS != "":
		r.source, r.read = "the AWS secret "+x.AWS, func(ctx context.Context) (string, *Error) { return k.vault(ctx, x.AWS) }
	default:
		r.source, r.read = "nowhere", func(context.Context) (string, *Error) {
			return "", problem("its secret block names no source", "name one of env, file, onepassword and aws")
		}
	}
	return r
}

// checked reads r's value and refuses one that Terraform could not be given.
func (r *reading) checked(ctx context.Context) (string, *Error) {
	value, err := r.read(ctx)
	switch {
	case err != nil:
		return "", err
	case value == "":
		return "", problem("it is empty", "give it a value, or remove the block that supplies it")
	case len(value) > maxValue:
		return "", problem("it is larger than 64 KiB", "input variables are for short values; let the layer read large ones itself")
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		return "", problem("it is not text", "store it in base64, and let the layer decode it: base64decode(var.NAME)")
	}
	return value, nil
}
