// SPDX-License-Identifier: Apache-2.0

package github

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// A Check is a check run to be shown. Title and Summary are required.
type Check struct {
	Name                 string // "layerbot / prod"
	HeadSHA              string
	Conclusion           string // "success", "failure", "neutral", "action_required", "cancelled"; "" while in progress
	Title, Summary, Text string // Summary and Text at most 65,535 bytes each
	ExternalID           string
	DetailsURL           string
	Annotations          []Annotation
	Actions              []Button // at most 3
}

// An Annotation marks lines of a file. Lines below 1 mean the first.
type Annotation struct {
	Path           string
	Start, End     int
	Level          string // "notice", "warning", "failure"
	Title, Message string
}

// A Button is shown on a check run: label ≤ 20, description ≤ 40, identifier ≤ 20 characters.
type Button struct{ Label, Description, Identifier string }

// Limits of https://docs.github.com/rest/checks/runs#create-a-check-run. GitHub counts texts in characters there and
// says no more; bytes are the stricter reading.
const (
	maxText        = 65_535
	maxButtons     = 3
	maxAnnotations = 50 // of one request
)

var (
	conclusions = map[string]bool{"": true, "success": true, "failure": true, "neutral": true, "action_required": true, "cancelled": true}
	levels      = map[string]bool{"notice": true, "warning": true, "failure": true}
)

func (c Check) validate() error {
	switch {
	case c.Name == "":
		return errors.New("a check needs a name")
	case !validSHA(c.HeadSHA):
		return fmt.Errorf("%q is not a commit", c.HeadSHA)
	case !conclusions[c.Conclusion]:
		return fmt.Errorf("%q is not a conclusion", c.Conclusion)
	case c.Title == "" || c.Summary == "":
		return errors.New("a check needs a title and a summary")
	case len(c.Summary) > maxText || len(c.Text) > maxText:
		return fmt.Errorf("summary (%d bytes) or text (%d) over %d", len(c.Summary), len(c.Text), maxText)
	case len(c.Actions) > maxButtons:
		return fmt.Errorf("%d buttons, at most %d are shown", len(c.Actions), maxButtons)
	}
	for _, b := range c.Actions {
		if !within(b.Label, 20) || !within(b.Description, 40) || !within(b.Identifier, 20) {
			return fmt.Errorf("button %q: label, description or identifier is empty or too long", b.Label)
		}
	}
	for _, a := range c.Annotations {
		if a.Path == "" || a.Message == "" || !levels[a.Level] {
			return fmt.Errorf("annotation %q: path, message or level %q is not usable", a.Title, a.Level)
		}
	}
	return nil
}

func within(s string, most int) bool { return s != "" && utf8.RuneCountInString(s) <= most }

// checkBody is what is sent. Empty texts are sent too, so that an update empties them.
type checkBody struct {
	Name       string       `json:"name"`
	HeadSHA    string       `json:"head_sha,omitempty"` // not in updates
	Status     string       `json:"status"`
	Conclusion string       `json:"conclusion,omitempty"`
	ExternalID string       `json:"external_id"`
	DetailsURL string       `json:"details_url,omitempty"`
	Output     checkOutput  `json:"output"`
	Actions    []wireButton `json:"actions"`
}

type checkOutput struct {
	Title       string           `json:"title"`
	Summary     string           `json:"summary"`
	Text        string           `json:"text"`
	Annotations []wireAnnotation `json:"annotations,omitempty"`
}

type wireButton struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	Identifier  string `json:"identifier"`
}

type wireAnnotation struct {
	Path    string `json:"path"`
	Start   int    `json:"start_line"`
	End     int    `json:"end_line"`
	Level   string `json:"annotation_level"`
	Title   string `json:"title,omitempty"`
	Message string `json:"message"`
}

func (c Check) body(annotations []wireAnnotation) checkBody {
	body := checkBody{
		Name: c.Name, Status: "completed", Conclusion: c.Conclusion, ExternalID: c.ExternalID, DetailsURL: c.DetailsURL,
		Output:  checkOutput{Title: c.Title, Summary: c.Summary, Text: c.Text, Annotations: annotations},
		Actions: make([]wireButton, len(c.Actions)),
	}
	if c.Conclusion == "" {
		body.Status = "in_progress"
	}
	for i, b := range c.Actions {
		body.Actions[i] = wireButton(b)
	}
	return body
}

func (c Check) annotations() []wireAnnotation {
	out := make([]wireAnnotation, len(c.Annotations))
	for i, a := range c.Annotations {
		a.Start = max(a.Start, 1)
		a.End = max(a.End, a.Start)
		out[i] = wireAnnotation(a)
	}
	return out
}
