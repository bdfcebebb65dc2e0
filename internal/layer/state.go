// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"cmp"
	"path"
	"strings"
)

// A state is where a target keeps its state, or where another looks for one.
// Parts that only Terraform knows are marks of unknown.
type state struct {
	kind   string // of the backend
	bucket string
	key    string
}

// stateOf reads a state from a backend's arguments. dir is where a local path is
// relative to. Arguments that are absent are unknown.
func stateOf(kind string, args map[string]string, dir string) state {
	get := func(name string) string {
		if v, ok := args[name]; ok && v != "" {
			return v
		}
		return unknown
	}
	s := state{kind: kind}
	switch kind {
	case "local", "":
		s.kind, s.bucket = "local", "local"
		s.key = localPath(dir, args["path"])
	case "gcs":
		s.bucket, s.key = get("bucket"), strings.Trim(args["prefix"], "/")
	case "azurerm":
		s.bucket, s.key = get("storage_account_name")+"/"+get("container_name"), get("key")
	case "http":
		s.bucket, s.key = "http", get("address")
	case "consul":
		s.bucket, s.key = get("address"), get("path")
	case "kubernetes":
		s.bucket, s.key = get("namespace"), get("secret_suffix")
	case "remote", "cloud":
		s.kind, s.bucket = "remote", get("organization")
		s.key = get("workspaces.name")
		if prefix := args["workspaces.prefix"]; prefix != "" {
			s.key = prefix + unknown
		}
	default:
		s.bucket, s.key = get("bucket"), strings.TrimPrefix(get("key"), "/")
		if args["key"] == "" && args["prefix"] != "" { // cos, oss
			s.key = args["prefix"]
		}
	}
	return s
}

func localPath(dir, file string) string {
	switch {
	case strings.Contains(file, unknown):
		return unknown
	case file == "":
		file = "terraform.tfstate"
	case path.IsAbs(file):
		return file
	}
	return path.Join(dir, file)
}

// places returns the state of a target, and the keys at which others may look
// for it when it lies in a workspace.
func (d *discovery) places(t *Target) []state {
	r := d.info[t].root
	args := d.backendArguments(r, t)
	s := stateOf(t.Backend, args, t.Dir)
	places := []state{s}
	workspace := t.Workspace
	if workspace == "" && r.workspace {
		workspace = unknown // chosen outside the code
	}
	if workspace == "" {
		return places
	}
	other, ok := s.in(workspace, args, t.Dir)
	if s.kind == "remote" && args["workspaces.prefix"] == "" {
		other.key, ok = workspace, r.choosesWorkspace()
	}
	if !ok {
		return places
	}
	return append(places, other)
}

// in returns where a backend with such arguments keeps the state of a workspace that is not the default one. ok is
// false where that is not known.
func (s state) in(workspace string, args map[string]string, dir string) (other state, ok bool) {
	other = s
	switch s.kind {
	case "local":
		other.key = path.Join(dir, cmp.Or(args["workspace_dir"], "terraform.tfstate.d"), workspace, "terraform.tfstate")
	case "s3":
		other.key = path.Join(cmp.Or(args["workspace_key_prefix"], "env:"), workspace, s.key)
	case "gcs":
		other.key = path.Join(s.key, workspace+".tfstate")
	case "azurerm":
		other.key = s.key + "env:" + workspace
	case "remote":
		other.key = args["workspaces.prefix"] + workspace
	default:
		return s, false
	}
	return other, true
}

// sameBucket reports whether two buckets can be the same. One that is only partly
// known may be anything: its parts often come from outside the code.
func sameBucket(a, b string) bool {
	return a == b || strings.Contains(a, unknown) || strings.Contains(b, unknown)
}

// meets reports whether two texts can be the same, the unknown mark standing for
// anything in at most one of them.
func meets(a, b string) bool {
	switch {
	case a == b:
		return true
	case strings.Contains(a, unknown) && strings.Contains(b, unknown):
		return a == unknown || b == unknown
	case strings.Contains(a, unknown):
		return covers(a, b)
	}
	return covers(b, a)
}

// covers reports whether text fits a pattern in which unknown stands for anything.
func covers(pattern, text string) bool {
	parts := strings.Split(pattern, unknown)
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}
