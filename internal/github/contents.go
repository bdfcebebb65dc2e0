// SPDX-License-Identifier: Apache-2.0

package github

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
)

// A FileError says why something in a repository cannot be read as a file.
type FileError struct {
	Path, Problem string
}

func (e *FileError) Error() string { return fmt.Sprintf("read %s: %s", e.Path, e.Problem) }

// Hint says what to do.
func (e *FileError) Hint() string { return "It must be a file of at most 1 MB, no folder and no link." }

// File returns a file at a ref ("" is the default branch), at most 1 MB; an absent one is nil without an error. A ref or
// a repository that is not there is a *NotFoundError, what is no such file a *FileError. It needs contents: read.
// Source: https://docs.github.com/rest/repos/contents#get-repository-content
func (c *Client) File(ctx context.Context, path, ref string) ([]byte, error) {
	if !fs.ValidPath(path) || path == "." {
		return nil, &FileError{path, "that is not a path in a repository"}
	}
	doing, query := "read "+path, ""
	if ref != "" {
		doing, query = doing+" at "+ref, "?ref="+url.QueryEscape(ref)
	}
	var answer json.RawMessage // a list for a folder
	err := c.send(ctx, doing, http.MethodGet, "contents/"+escapeSegments(path)+query, nil, &answer)
	var absent *NotFoundError
	switch {
	case errors.As(err, &absent) && !strings.HasPrefix(absent.Message, "No commit found"):
		return nil, c.visible(ctx) // a repository that the token does not see has no files either
	case err != nil:
		return nil, err
	}
	return c.content(path, doing, answer)
}

// content decodes what GitHub says of a path.
func (c *Client) content(path, doing string, answer json.RawMessage) ([]byte, error) {
	if bytes.HasPrefix(answer, []byte("[")) {
		return nil, &FileError{path, "it is a folder"}
	}
	var file struct {
		Type     string `json:"type"`
		Encoding string `json:"encoding"`
		Content  string `json:"content"`
	}
	if err := json.Unmarshal(answer, &file); err != nil {
		return nil, &UnavailableError{Doing: c.doing(doing), Err: err}
	}
	switch {
	case file.Type == "file" && file.Encoding == "none":
		return nil, &FileError{path, "it is larger than 1 MB"}
	case file.Type == "file" && file.Encoding == "base64":
	case file.Type == "file" || file.Type == "":
		return nil, &UnavailableError{Doing: c.doing(doing), Err: errNonsense}
	default:
		return nil, &FileError{path, "it is a " + file.Type}
	}
	content, err := base64.StdEncoding.DecodeString(file.Content) // it skips line ends
	if err != nil {
		return nil, &UnavailableError{Doing: c.doing(doing), Err: err}
	}
	return content, nil
}

// visible is an error if the token does not see the repository.
func (c *Client) visible(ctx context.Context) error {
	var answer wireRepo
	return c.send(ctx, "look for the repository", http.MethodGet, "", nil, &answer)
}

// escapeSegments escapes all of a path but its slashes.
func escapeSegments(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}
