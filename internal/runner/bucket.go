// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

var (
	// noBucket matches the error of a state, the own one or one that is read, whose bucket is not there.
	noBucket = regexp.MustCompile(`S3 bucket "([^"]+)" does not exist`)

	// makesBucket matches the source of a layer that makes a bucket.
	makesBucket = regexp.MustCompile(`(?m)^\s*resource\s+"aws_s3_bucket"`)

	// first are the names of the layer that everything else stands on.
	first = regexp.MustCompile(`(?i)(^|[-_])(bootstrap|(tf|terraform[-_]?)?(states?|backend))([-_]|$)`)
)

// bucketless says that the bucket of a state is not there, and who makes it.
func (r *run) bucketless(f *report.Failure, bucket string) {
	f.Message = "the bucket of the state is not there: " + bucket
	f.Hint = "create the bucket, or correct `bucket` in the backend's configuration"
	dir := bootstrap(os.DirFS(r.runner.root), path.Clean(r.job.Target.Dir))
	if dir == "" {
		return
	}
	f.Hint = "a layer that makes the bucket cannot have its state there before: apply " + r.runner.redact(dir) + " once by hand, from an administrator's machine"
	if readme := path.Join(dir, "README.md"); regular(os.DirFS(r.runner.root), readme) {
		f.Hint += fmt.Sprintf(", as %s says", r.runner.redact(readme))
	}
	f.Hint += "; if that was done, correct `bucket` in the backend's configuration"
}

// bootstrap returns the folder of the layer that makes the bucket of states: the only one, of dir and those beside it, that by its
// name is what others stand on and that makes a bucket. "" is none, or several.
func bootstrap(files fs.FS, dir string) (found string) {
	beside, err := fs.ReadDir(files, path.Dir(dir))
	if err != nil {
		return ""
	}
	for _, entry := range beside {
		name := path.Join(path.Dir(dir), entry.Name())
		if !entry.IsDir() || !first.MatchString(layer.Short(entry.Name())) || !makes(files, name) {
			continue
		}
		if found != "" {
			return "" // which of them?
		}
		found = name
	}
	return found
}

// makes reports whether a folder's own Terraform files make a bucket.
func makes(files fs.FS, dir string) bool {
	names, err := fs.Glob(files, path.Join(dir, "*.tf"))
	if err != nil {
		return false // a name that is a pattern
	}
	for _, name := range names {
		if text, err := fs.ReadFile(files, name); err == nil && makesBucket.Match(text) {
			return true
		}
	}
	return false
}

func regular(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)
	return err == nil && info.Mode().IsRegular()
}
