// SPDX-License-Identifier: Apache-2.0

package plans

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

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

// Of is the chain of an environment. A layer is made where nobody has made it of these very files yet, which takes seconds;
// other processes wait for it and take it from the cache.
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
	folders, err := kept(ctx, root, environment)
	if err != nil {
		return nil, err
	}
	o.chain, err = read(folders, environment)
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

// kept are the folders with what came of each layer, made if need be.
func kept(ctx context.Context, root, environment string) (map[string]string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	base := filepath.Join(cache, "layerbot", "infra-plans")
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, err
	}
	unlock, err := lock(filepath.Join(base, environment+".lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	forget(base)

	keys, err := digests(root, environment)
	if err != nil {
		return nil, err
	}
	folders := map[string]string{}
	var w *workshop
	for _, layer := range tree.Layers {
		folders[layer] = filepath.Join(base, environment+"-"+layer+"-"+keys[layer])
		if exists(folders[layer]) {
			continue
		}
		if w == nil {
			if w, err = open(ctx, root, environment); err != nil {
				return nil, err
			}
			defer w.close()
		}
		if err := w.make(ctx, layer, folders); err != nil {
			return nil, err
		}
		switch now, err := digests(root, environment); {
		case err != nil:
			return nil, err
		case now[layer] != keys[layer]:
			_ = os.RemoveAll(folders[layer])
			return nil, fmt.Errorf("files of %s changed while %s was planned: once more", layer, environment)
		}
	}
	return folders, nil
}

// lock waits for other processes that make the same.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}

// forget removes what nobody has made for a week; what cannot be removed stays.
func forget(base string) {
	all, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range all {
		info, err := e.Info()
		if err == nil && e.IsDir() && time.Since(info.ModTime()) > 7*24*time.Hour {
			_ = os.RemoveAll(filepath.Join(base, e.Name()))
		}
	}
}
