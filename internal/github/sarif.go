// SPDX-License-Identifier: Apache-2.0

package github

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

// MaxSARIF is the most bytes of a SARIF file as it is sent, packed.
// Source: https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#file-uploads
const MaxSARIF = 10 << 20

// UploadSARIF hands SARIF to code scanning as the result on a pull request's head. What keeps it from being taken – code
// scanning is not enabled, the App has no such permission – is a *SARIFError. It needs security_events: write.
//
// GitHub takes a file first and looks into it later; how that ends is not waited for. Of two files for one commit, tool
// and category the later counts, so that repeating an upload is harmless.
// https://docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
func (c *Client) UploadSARIF(ctx context.Context, pull int, head string, sarif []byte) error {
	switch {
	case pull <= 0 || !validSHA(head):
		return fmt.Errorf("upload SARIF: #%d at %q is not a pull request's head", pull, head)
	case !json.Valid(sarif):
		return errors.New("upload SARIF: it is not JSON")
	}
	packed, err := pack(sarif)
	if err != nil {
		return err
	}
	if len(packed) > MaxSARIF {
		return tooLarge(fmt.Sprintf("%d bytes packed, of at most %d", len(packed), MaxSARIF))
	}
	body := struct {
		CommitSHA string `json:"commit_sha"`
		Ref       string `json:"ref"`
		SARIF     []byte `json:"sarif"`
	}{head, fmt.Sprintf("refs/pull/%d/head", pull), packed}
	_, err = do(repeatable(ctx), c.api, http.MethodPost, c.path("code-scanning/sarifs"), body, nil)
	return c.explainSARIF(ctx, c.doing(fmt.Sprintf("give the findings of #%d to code scanning", pull)), err)
}

// pack returns gzip of data, the same for the same data. (JSON holds bytes as base64, which GitHub asks for.)
func pack(data []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(data)
	err = errors.Join(err, w.Close())
	return packed.Bytes(), err
}

// explainSARIF turns what an upload came back with into an error; nil if the file was taken.
func (c *Client) explainSARIF(ctx context.Context, doing string, err error) error {
	var taken *gh.AcceptedError // 202, which go-github takes for an error
	var receipt struct{ ID string }
	var refused *gh.ErrorResponse
	switch {
	case errors.As(err, &taken) && json.Unmarshal(taken.Raw, &receipt) == nil && receipt.ID != "":
		return nil
	case err == nil, taken != nil:
		return &UnavailableError{Doing: doing, Err: errNonsense}
	case !errors.As(err, &refused):
		return explain(ctx, doing, err)
	}
	said := cmp.Or(refused.Message, refused.Response.Status)
	switch refused.Response.StatusCode {
	case http.StatusForbidden:
		return c.forbiddenSARIF(said)
	case http.StatusNotFound:
		return c.lacksPermission("GitHub knows of no code scanning in " + c.repo.String() + " that it may write to: " + said)
	case http.StatusRequestEntityTooLarge:
		return tooLarge(said)
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return &SARIFError{
			"code scanning does not take the findings: " + said,
			"If the pull request has moved on, the next run uploads again. Otherwise the fault is Layerbot's: please report it, with this message.",
		}
	}
	return explain(ctx, doing, err)
}

// forbiddenSARIF tells a permission that is missing from a feature that is off. For the second GitHub has many words:
// "Code Security must be enabled for this repository to use code scanning.", "repository not enabled for code scanning".
func (c *Client) forbiddenSARIF(said string) *SARIFError {
	switch text := strings.ToLower(said); {
	case strings.Contains(text, "not accessible"):
		return c.lacksPermission("nobody allowed Layerbot to write to code scanning in " + c.repo.String() + ": " + said)
	case strings.Contains(text, "archived"):
		return &SARIFError{c.repo.String() + " is archived: " + said, "Nothing can be written to it until an owner unarchives it."}
	}
	return &SARIFError{
		"code scanning is not enabled in " + c.repo.String() + ": " + said,
		"Enable it under Settings, Advanced Security (a private repository needs GitHub Code Security), " + adviceOff,
	}
}

func (c *Client) lacksPermission(message string) *SARIFError {
	if c.IsFallback() {
		return &SARIFError{message, "Give the job the permission security-events: write, " + adviceOff}
	}
	return &SARIFError{message, "Give the App the permission Code scanning alerts: read and write (security_events), accept it on the installation, " + adviceOff}
}

const adviceOff = "or set code_scanning = false in the block findings of the configuration."

func tooLarge(how string) *SARIFError {
	return &SARIFError{"the findings are too large for code scanning: " + how, "Exclude layers or rules that find very much, " + adviceOff}
}

// A SARIFError says why code scanning did not take a file; nothing else is wrong.
type SARIFError struct{ Message, Next string }

func (e *SARIFError) Error() string { return e.Message }

// Hint says what to do next.
func (e *SARIFError) Hint() string { return e.Next }
