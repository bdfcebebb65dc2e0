// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/redact"
	"github.com/layerbot/layerbot/internal/report"
)

// Thread is what report needs of GitHub.
type Thread interface {
	PullRequest(ctx context.Context, number int) (*github.PullRequest, error)
	Living(ctx context.Context, number int, marker string) (*github.Comment, error)
	PutComment(ctx context.Context, number int, marker, body string) (*github.Comment, error)
	RecentComments(ctx context.Context) ([]*github.Comment, error)
	Checks(ctx context.Context, sha string) ([]github.Check, error)
	PutCheck(ctx context.Context, check github.Check) (int64, error)
	UploadSARIF(ctx context.Context, pull int, head string, sarif []byte) error
	React(ctx context.Context, commentID int64, content string) error
	OpenIssues(ctx context.Context, label string) ([]*github.Issue, error)
	PutIssue(ctx context.Context, i github.Issue, before *github.Issue) (int, error)
	Deployments
	Close(ctx context.Context) error
}

// A Desk is what report writes at.
type Desk struct {
	Open    func(context.Context, github.Permissions) (Thread, error)
	Redact  *redact.Redactor // the last wall before anything is posted
	Links   comment.Links
	Version string // of Layerbot
	Log     *slog.Logger
	Now     func() time.Time // nil is time.Now
	Scans   fs.FS            // what the scan job left; nil: it is among the reports
}

func (d Desk) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

// An Outcome is what report leaves for the run itself.
type Outcome struct {
	Page    *comment.Page // nil when there was nothing to plan
	Summary string        // Markdown for the job summary, not yet redacted
	Failed  bool          // a target has no good plan, or findings or decisions that fail its check
	Refused bool          // policies are against it
	Comment int64         // the living comment; 0 is none
}

// Report tells the pull request what became of a ticket: one living comment, one check a environment, a reaction
// to the comment that asked. fsys holds what the plan jobs left: untrusted data. It is nil-safe for tickets that
// plan nothing.
func Report(ctx context.Context, d Desk, t *Ticket, fsys fs.FS) (*Outcome, error) {
	switch {
	case t.Ignored != "":
		d.Log.Info("nothing to do", "why", t.Ignored)
		return &Outcome{Summary: "Nothing to do: " + t.Ignored + ".\n"}, nil
	case t.Refusal != nil:
		body := comment.Refusal(replyKey(t), t.Refusal.Message, t.Refusal.Hint)
		switch {
		case t.Refusal.Reply:
			return d.reply(ctx, t, body, "confused")
		case t.Refusal.Blocks:
			return d.block(ctx, t)
		default:
			return &Outcome{Summary: body}, nil
		}
	case t.Command != nil && t.Command.Verb == comment.Help:
		return d.reply(ctx, t, answer(t, comment.HelpText()), "rocket")
	case t.Command != nil && t.Command.Verb == comment.Layers:
		return d.reply(ctx, t, answer(t, comment.LayersTable(layerRows(t), t.Skipped)), "rocket")
	}
	if t.Work == Scanning {
		return d.scans(ctx, t, fsys)
	}
	reports, err := report.ReadAll(fsys, t.Targets())
	if err != nil {
		return nil, err
	}
	if t.Work == Applying {
		t.explainMissing(reports)
	}
	switch {
	case t.Work == Applying:
		return d.applies(ctx, t, reports)
	case t.Work == Drifting:
		return d.drifts(ctx, t, reports)
	case t.Work == Unlocking:
		return d.unlocked(ctx, t, reports)
	case t.PullRequest == 0:
		s := newStanding(d, t, reports)
		if err := s.examine(ctx, fsys); err != nil {
			return nil, err
		}
		return s.outcome(), nil
	default:
		return d.plans(ctx, t, reports, fsys)
	}
}

// explainMissing says of applies that left nothing how they go on, and why GitHub may not have started them: a comment's run
// is of the default branch, which the rule of an environment need not admit.
func (t *Ticket) explainMissing(reports []report.Report) {
	for i := range reports {
		r := &reports[i]
		if r.Failure == nil || r.Failure.Kind != report.Missing {
			continue
		}
		if t.Ref == "" || t.Ref == t.BaseRef {
			r.Failure.Hint = fmt.Sprintf("see the log of its job: it was cancelled, killed or never started; `%s` goes on with what is left", t.Work.again(r.Target))
			continue
		}
		r.Failure.Hint = fmt.Sprintf("see its job: this run is of %[1]q, and GitHub starts no job of the environment %[2]s there if that admits only %[3]q. Then start the workflow on %[3]q: "+
			"`gh workflow run layerbot.yml --ref %[3]s -f command=apply -f targets='%[4]s %[2]s'`; or let the environment admit %[1]q, too",
			t.Ref, r.Target.Env, t.BaseRef, layer.Short(r.Target.Layer))
	}
}

// Silent reports whether there is nobody to tell anything: nothing was to be done, or it is refused to somebody who did not
// ask in a comment and has no check to wait for (a fork).
func (t *Ticket) Silent() bool {
	return t.Ignored != "" || t.Refusal != nil && !t.Refusal.Reply && !t.Refusal.Blocks
}

// replyKey makes the reply to a command found again when the run is repeated.
func replyKey(t *Ticket) string { return fmt.Sprint(t.CommentID) }

// answer begins a reply with the marker under which it is found again.
func answer(t *Ticket, body string) string { return comment.ReplyMarker(replyKey(t)) + "\n" + body }

func layerRows(t *Ticket) []comment.LayerRow {
	rows := make([]comment.LayerRow, len(t.Layers))
	for i, l := range t.Layers {
		rows[i] = comment.LayerRow{Target: l, Owners: t.Owners[l.Dir]}
	}
	return rows
}

// reply answers a command in a comment of its own.
func (d Desk) reply(ctx context.Context, t *Ticket, body, reaction string) (*Outcome, error) {
	gh, err := d.Open(ctx, github.Permissions{"metadata": "read", "pull_requests": "write", "issues": "write"})
	if err != nil {
		return nil, err
	}
	defer d.close(ctx, gh)
	body = d.Redact.String(body)
	if _, err := gh.PutComment(ctx, t.PullRequest, comment.ReplyMarker(replyKey(t)), body); err != nil {
		return nil, err
	}
	d.react(ctx, gh, t, reaction)
	return &Outcome{Summary: body}, nil
}

// reaction returns what the comment that asked is marked with in the end.
func (o *Outcome) reaction() string {
	if o.Failed {
		return "confused"
	}
	return "rocket"
}

// react ends what the eyes began. It is a courtesy: the answer itself is already there.
func (d Desk) react(ctx context.Context, gh Thread, t *Ticket, content string) {
	if t.CommentID == 0 {
		return
	}
	if err := gh.React(ctx, t.CommentID, content); err != nil {
		d.Log.Warn("the comment could not be reacted to", "error", err)
	}
}

func (d Desk) close(ctx context.Context, gh Thread) {
	if err := gh.Close(context.WithoutCancel(ctx)); err != nil {
		d.Log.Warn("a token could not be revoked; it expires within the hour", "error", err)
	}
}

// block says in the living comment and in the base branch's check that planning could not begin.
func (d Desk) block(ctx context.Context, t *Ticket) (*Outcome, error) {
	gh, err := d.Open(ctx, reportPermissions(t))
	if err != nil {
		return nil, err
	}
	defer d.close(ctx, gh)
	t.Checks = []string{t.BaseRef}
	s := newStanding(d, t, nil)
	s.page.Expected = 1 // nobody knows how many: at least this is no "nothing affected"
	s.page.Blocked = comment.Notice{Message: t.Refusal.Message, Hint: t.Refusal.Hint}
	pull, err := gh.PullRequest(ctx, t.PullRequest)
	if err != nil {
		return nil, err
	}
	s.moved(pull)
	s.records[t.BaseRef].Targets["*"] = entry{Status: report.Failed}
	if err := s.write(ctx, gh, pull); err != nil {
		return nil, err
	}
	if err := s.putChecks(ctx, gh, t.Checks); err != nil {
		return nil, err
	}
	out := s.outcome()
	out.Failed = true
	return out, nil
}

// plans reports plans on a pull request.
func (d Desk) plans(ctx context.Context, t *Ticket, reports []report.Report, fsys fs.FS) (*Outcome, error) {
	gh, err := d.Open(ctx, reportPermissions(t))
	if err != nil {
		return nil, err
	}
	defer d.close(ctx, gh)
	s := newStanding(d, t, reports)
	if err := s.examine(ctx, fsys); err != nil {
		return nil, err
	}
	pull, err := gh.PullRequest(ctx, t.PullRequest)
	if err != nil {
		return nil, err
	}
	if pull.Merged && t.Event != "merge_group" {
		d.Log.Warn("the pull request was merged meanwhile: what its reviewers saw is left as it is")
		return s.outcome(), nil
	}
	s.moved(pull)
	checks, err := gh.Checks(ctx, t.Head)
	if err != nil {
		return nil, err
	}
	s.remember(checks)
	if t.Event == "merge_group" {
		return s.queue(ctx, gh, pull)
	}
	if err := s.others(ctx, gh); err != nil {
		return nil, err
	}
	if err := s.write(ctx, gh, pull); err != nil {
		return nil, err
	}
	if err := s.putChecks(ctx, gh, s.checkedEnvironments(checks)); err != nil {
		return nil, err
	}
	d.upload(ctx, s)
	out := s.outcome()
	d.react(ctx, gh, t, out.reaction())
	return out, nil
}

// reportPermissions is the power of the report phase; reactions need Issues.
func reportPermissions(t *Ticket) github.Permissions {
	p := github.Permissions{"metadata": "read", "pull_requests": "write", "checks": "write"}
	if t.CommentID != 0 {
		p["issues"] = "write"
	}
	return p
}
