// SPDX-License-Identifier: Apache-2.0

package plans

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/infra/test/tree"
)

// known are the chains that this process has read.
var known = func() map[string]*once {
	all := map[string]*once{}
	for _, environment := range Environments {
		all[environment] = &once{}
	}
	return all
}()

type once struct {
	sync.Mutex
	chain *Chain
}

// Of is the chain of an environment. It is made where nobody has made it of these very files yet, which takes seconds; other
// processes wait for it and take it from the cache.
func Of(ctx context.Context, environment string) (*Chain, error) {
	o, ok := known[environment]
	if !ok {
		return nil, fmt.Errorf("there is no environment %s", environment)
	}
	o.Lock()
	defer o.Unlock()
	if o.chain != nil {
		return o.chain, nil
	}
	root, err := tree.Root()
	if err != nil {
		return nil, err
	}
	dir, err := kept(ctx, root, environment)
	if err != nil {
		return nil, err
	}
	o.chain, err = read(dir, environment)
	return o.chain, err
}

// All are the chains of all environments, as many made at a time as there are processors.
func All(ctx context.Context) (map[string]*Chain, error) {
	var work errgroup.Group
	work.SetLimit(runtime.NumCPU())
	for _, environment := range Environments {
		work.Go(func() error {
			_, err := Of(ctx, environment)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	out := map[string]*Chain{}
	for _, environment := range Environments {
		out[environment] = known[environment].chain
	}
	return out, nil
}

// kept is the folder of a chain, made if need be.
func kept(ctx context.Context, root, environment string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	digest, err := filesDigest(root)
	if err != nil {
		return "", err
	}
	base := filepath.Join(cache, "layerbot", "infra-plans")
	dir := filepath.Join(base, digest[:16], environment)
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(dir+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	if exists(dir) {
		return dir, nil
	}
	half, err := os.MkdirTemp(filepath.Dir(dir), environment+"-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(half)
	if err := build(ctx, root, environment, half); err != nil {
		return "", err
	}
	switch now, err := filesDigest(root); {
	case err != nil:
		return "", err
	case now != digest:
		return "", fmt.Errorf("files of infra changed while %s was planned: once more", environment)
	}
	forget(base, digest[:16])
	return dir, os.Rename(half, dir)
}

// build applies every layer of an environment in a copy, and leaves what came of it in out.
func build(ctx context.Context, root, environment, out string) error {
	rc, err := Provider(ctx, root)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "infra-plans-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := Copy(root, work); err != nil {
		return err
	}
	w := &workshop{
		infra: filepath.Join(work, "infra"), states: filepath.Join(work, "states"), out: out,
		environment: environment, folder: environment, terraformrc: rc,
	}
	if environment == Everything {
		w.folder, w.flags = "prod", filepath.Join(root, "infra", "test", "plans", "flags")
	}
	if err := os.MkdirAll(w.states, 0o700); err != nil {
		return err
	}
	for _, name := range tree.Layers {
		if err := w.layer(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// parts are the folders that layers are made of.
var parts = []string{"infra", "charts"}

// Copy puts infra and what it refers to into a folder in which Terraform may leave what it likes.
func Copy(root, to string) error {
	return files(root, func(name string) error {
		dest := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(dest), 0o700); err != nil {
			return err
		}
		return copyFile(filepath.Join(root, name), dest)
	})
}

// files calls do with each file of parts, in order, but for what Terraform or a test leaves there.
func files(root string, do func(name string) error) error {
	for _, part := range parts {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			switch {
			case d.IsDir() && (d.Name() == ".terraform" || name == filepath.Join("infra", "test")):
				return filepath.SkipDir
			case !d.Type().IsRegular():
				return nil
			}
			return do(name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// filesDigest changes with anything that a plan is made of.
func filesDigest(root string) (string, error) {
	sum := sha256.New()
	add := func(name string) error {
		raw, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(raw), raw)
		return nil
	}
	if err := files(root, add); err != nil {
		return "", err
	}
	var own []string
	for _, pattern := range []string{"go.mod", "plans/*.go", "plans/flags/*", "standin/*/*.go", "standin/*/*/*.go", "standin/*/*/*/*.go"} {
		found, err := filepath.Glob(filepath.Join(root, "infra", "test", filepath.FromSlash(pattern)))
		if err != nil {
			return "", err
		}
		own = append(own, found...)
	}
	slices.Sort(own)
	for _, path := range own {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		if err := add(strings.TrimPrefix(path, root+string(filepath.Separator))); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// forget removes chains of files as they were; what cannot be removed stays.
func forget(base, current string) {
	all, err := os.ReadDir(base)
	if err != nil || len(all) < 8 {
		return
	}
	for _, e := range all {
		if e.Name() != current {
			_ = os.RemoveAll(filepath.Join(base, e.Name()))
		}
	}
}
