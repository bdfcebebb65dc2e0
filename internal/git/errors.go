// SPDX-License-Identifier: Apache-2.0

package git

import (
	"fmt"
	"strings"
)

// A NotRepositoryError reports a folder that is in no git repository.
type NotRepositoryError struct{ Dir string }

func (e *NotRepositoryError) Error() string {
	return fmt.Sprintf("%s is not in a git repository", e.Dir)
}

// Hint says what to do next.
func (e *NotRepositoryError) Hint() string {
	return "run it inside a checkout of the repository, or name one with --working-directory"
}

// An UnknownRevisionError reports a branch, tag or commit that the repository does not have.
type UnknownRevisionError struct{ Rev string }

func (e *UnknownRevisionError) Error() string {
	return fmt.Sprintf("no commit is named %q here", e.Rev)
}

// Hint says what to do next.
func (e *UnknownRevisionError) Hint() string {
	return "fetch it first; in a workflow, give actions/checkout fetch-depth: 0"
}

// A NoMergeBaseError reports two commits without a common ancestor in the history at hand.
type NoMergeBaseError struct{ A, B string }

func (e *NoMergeBaseError) Error() string {
	return fmt.Sprintf("%s and %s have no common ancestor in this clone", e.A, e.B)
}

// Hint says what to do next.
func (e *NoMergeBaseError) Hint() string {
	return "the clone is probably shallow: git fetch --unshallow, or fetch-depth: 0 for actions/checkout"
}

// A DirtyError reports a working directory that a checkout would overwrite.
type DirtyError struct {
	Dir   string
	Paths []string // what is changed or untracked, at most a few
}

func (e *DirtyError) Error() string {
	return fmt.Sprintf("%s has changes that a checkout could overwrite: %s", e.Dir, strings.Join(e.Paths, ", "))
}

// Hint says what to do next.
func (e *DirtyError) Hint() string { return "commit or move them away, or use an empty folder" }

// A RefusedURLError reports an address that is not fetched from. It never holds
// the address itself, which may carry a credential.
type RefusedURLError struct{ Reason string }

func (e *RefusedURLError) Error() string { return "refused to fetch: " + e.Reason }

// Hint says what to do next.
func (e *RefusedURLError) Hint() string {
	return "use an https:// address without a user name; the token is passed beside it"
}

// A TooLargeError reports a file above MaxFile.
type TooLargeError struct {
	Path string
	Size int64
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s is %d bytes, more than the %d that are read", e.Path, e.Size, int64(MaxFile))
}

// A CommandError is a git command that failed. Its arguments hold no credential.
type CommandError struct {
	Args   []string
	Code   int
	Stderr string
}

func (e *CommandError) Error() string {
	return fmt.Sprintf("git %s: exit %d: %s", e.Args[0], e.Code, strings.TrimSpace(e.Stderr))
}
