// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"cmp"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// Limits of a check run: https://docs.github.com/rest/checks/runs
const (
	maxCheckText   = 65535
	maxAnnotations = 50 // in one request
	maxActions     = 3
)

// A checkInput is the body of a request that creates or updates a check run.
type checkInput struct {
	Name        string       `json:"name"`
	HeadSHA     string       `json:"head_sha"`
	DetailsURL  *string      `json:"details_url"`
	ExternalID  *string      `json:"external_id"`
	Status      string       `json:"status"`
	StartedAt   time.Time    `json:"started_at"`
	Conclusion  string       `json:"conclusion"`
	CompletedAt time.Time    `json:"completed_at"`
	Output      *checkOutput `json:"output"`
	Actions     *[]action    `json:"actions"`
}

type checkOutput struct {
	Title       *string      `json:"title"`
	Summary     *string      `json:"summary"`
	Text        *string      `json:"text"`
	Annotations []annotation `json:"annotations"`
	Images      []image      `json:"images"`
}

type image struct {
	Alt      string `json:"alt"`
	ImageURL string `json:"image_url"`
	Caption  string `json:"caption"`
}

var (
	statuses    = []string{"", "queued", "in_progress", "completed"}
	conclusions = []string{"", "success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"}
	levels      = []string{"notice", "warning", "failure"}
)

// refused says why GitHub would not take it, "" if it would.
func (in *checkInput) refused() string {
	switch {
	case !slices.Contains(statuses, in.Status):
		return "status " + in.Status
	case !slices.Contains(conclusions, in.Conclusion):
		return "conclusion " + in.Conclusion
	case in.Status == "completed" && in.Conclusion == "":
		return "status completed needs a conclusion"
	case in.Status != "" && in.Status != "completed" && in.Conclusion != "":
		return "a conclusion needs status completed"
	}
	if in.Actions != nil {
		if why := refusedActions(*in.Actions); why != "" {
			return why
		}
	}
	if in.Output != nil {
		return in.Output.refused()
	}
	return ""
}

func refusedActions(actions []action) string {
	if len(actions) > maxActions {
		return fmt.Sprintf("%d actions: at most %d", len(actions), maxActions)
	}
	for _, a := range actions {
		for _, part := range []struct {
			name, text string
			limit      int
		}{{"label", a.Label, 20}, {"description", a.Description, 40}, {"identifier", a.Identifier, 20}} {
			if n := utf8.RuneCountInString(part.text); n == 0 || n > part.limit {
				return fmt.Sprintf("action %s %q: 1 to %d characters", part.name, part.text, part.limit)
			}
		}
	}
	return ""
}

func (o *checkOutput) refused() string {
	switch {
	case o.Summary == nil:
		return "output needs a summary"
	case utf8.RuneCountInString(*o.Summary) > maxCheckText:
		return fmt.Sprintf("summary exceeds a maximum length of %d characters", maxCheckText)
	case utf8.RuneCountInString(value(o.Text)) > maxCheckText:
		return fmt.Sprintf("text exceeds a maximum length of %d characters", maxCheckText)
	case len(o.Annotations) > maxAnnotations:
		return fmt.Sprintf("%d annotations: at most %d in one request", len(o.Annotations), maxAnnotations)
	}
	for _, a := range o.Annotations {
		switch {
		case a.Message == "":
			return "an annotation needs a message"
		case !isFile(a.Path):
			return fmt.Sprintf("annotation path %q is no path in the repository", a.Path)
		case a.StartLine < 1 || a.EndLine < a.StartLine:
			return fmt.Sprintf("annotation lines %d to %d", a.StartLine, a.EndLine)
		case !slices.Contains(levels, a.Level):
			return "annotation_level " + a.Level
		case utf8.RuneCountInString(a.Title) > 255 || len(a.Message) > 64<<10 || len(a.RawDetails) > 64<<10:
			return "annotation title over 255 characters, or message or raw_details over 64 KB"
		case (a.StartColumn != nil || a.EndColumn != nil) && a.StartLine != a.EndLine:
			return "annotation columns need one line"
		}
	}
	return ""
}

// apply writes what was given into k. Annotations are added to those there are; all else replaces.
func (in *checkInput) apply(k *check, now time.Time) {
	if in.DetailsURL != nil {
		k.detailsURL = *in.DetailsURL
	}
	if in.ExternalID != nil {
		k.externalID = *in.ExternalID
	}
	k.status = cmp.Or(in.Status, k.status)
	if k.status != "completed" {
		k.conclusion, k.completed = "", time.Time{}
	}
	if !in.StartedAt.IsZero() {
		k.started = in.StartedAt
	}
	if in.Conclusion != "" {
		k.status, k.conclusion, k.completed = "completed", in.Conclusion, now
		if !in.CompletedAt.IsZero() {
			k.completed = in.CompletedAt
		}
	}
	if in.Actions != nil {
		k.actions = *in.Actions
	}
	if o := in.Output; o != nil {
		if o.Title != nil {
			k.title = o.Title
		}
		k.summary = o.Summary
		if o.Text != nil {
			k.text = o.Text
		}
		k.annotations = append(k.annotations, o.Annotations...)
	}
}
