// SPDX-License-Identifier: Apache-2.0

package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// variable returns a variable of the job's environment.
func (k Keeper) variable(name string) (string, *Error) {
	value, ok := k.Environ[name]
	switch {
	case !ok:
		return "", problem("it is not set", fmt.Sprintf("by hand, export it; in jobs, write a line `%s=…` into the secret TERRAFORM_ENV of both GitHub environments, the one that plans and the one that applies", name))
	case value == "":
		return "", problem("it is empty", fmt.Sprintf("a GitHub secret that does not exist, or not in the job's environment, is empty: look for secrets.%s in the repository's settings", name))
	}
	return value, nil
}

// file returns what a file outside the checkout holds, without one line end at its end.
func (k Keeper) file(path string) (string, *Error) {
	const elsewhere = "write it to a place of the runner that no checkout covers, below $RUNNER_TEMP for example, in the plan job and in the apply job"
	if !filepath.IsAbs(path) || filepath.Clean(path) != path {
		return "", problem("that is no absolute path", elsewhere)
	}
	real, err := k.outside(path)
	switch {
	case errors.Is(err, errInside):
		return "", problem("it lies in the checkout, where a pull request could replace it", elsewhere)
	case err != nil:
		return "", problem("it cannot be read: "+reason(err), elsewhere)
	}
	// Opening a pipe would wait for whoever writes to it.
	if info, err := os.Stat(real); err != nil || !info.Mode().IsRegular() {
		return "", problem("it is no regular file", elsewhere)
	}
	f, err := os.Open(real)
	if err != nil {
		return "", problem("it cannot be read: "+reason(err), "let the user that runs the job read it")
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxValue+3)) // a line end, and a byte too many
	if err != nil {
		return "", problem("it cannot be read: "+reason(err), elsewhere)
	}
	return trimLineEnd(string(content)), nil
}

// vault returns a secret of AWS Secrets Manager.
func (k Keeper) vault(ctx context.Context, id string) (string, *Error) {
	if k.AWS == nil {
		return "", problem("there are no AWS credentials", "give the environment an `aws` block with its roles")
	}
	value, err := k.AWS(ctx, id)
	if err != nil {
		hint := "see the log of the run"
		var h interface{ Hint() string }
		if errors.As(err, &h) {
			hint = h.Hint()
		}
		return "", problem(err.Error(), hint)
	}
	return value, nil
}

// errInside is the error of paths that a pull request can put something at.
var errInside = errors.New("in the checkout")

// outside returns path, absolute, without symbolic links. errInside means that with or without them it is the
// checkout or lies in it.
func (k Keeper) outside(path string) (string, error) {
	dir, err := filepath.Abs(k.Dir)
	if err != nil {
		return "", err
	}
	realDir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	for _, d := range []string{dir, realDir} {
		for _, p := range []string{path, real} {
			if rel, err := filepath.Rel(d, p); err != nil || filepath.IsLocal(rel) {
				return "", errInside
			}
		}
	}
	return real, nil
}

// reason is err without the path, which stands before it anyway.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return err.Error()
}

// trimLineEnd returns s without the one line end it may end with.
func trimLineEnd(s string) string {
	if line, ok := strings.CutSuffix(s, "\r\n"); ok {
		return line
	}
	return strings.TrimSuffix(s, "\n")
}
