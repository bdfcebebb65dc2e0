// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/setup"
)

// pollEvery is how often GitHub is asked whether the App is installed.
const pollEvery = 2 * time.Second

// An appFlow is the page on which an App is made. It answers only who knows its address, under its own name alone: a page
// elsewhere can neither guess the path, nor point a name of its own at it.
// Source: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
type appFlow struct {
	gh                         github.Options
	server                     string // address of GitHub's pages
	host                       string // that the page is at
	secret, state              string // of the page's address, and of the way to GitHub and back
	org, name, out, repository string
	say                        io.Writer
	mask                       func(string)
	made, installed, shown     chan struct{} // closed as the flow goes on
	once                       sync.Once     // for shown
	mu                         sync.Mutex    // guards what follows; held while a code is turned in
	app                        *github.AppCredentials
	installation               int64
	problem, hint              string
}

func newAppFlow(o github.Options, server string) *appFlow {
	return &appFlow{
		gh: o, server: strings.TrimSuffix(server, "/"), secret: rand.Text(), state: rand.Text(), mask: func(string) {},
		made: make(chan struct{}), installed: make(chan struct{}), shown: make(chan struct{}),
	}
}

// path is where the page is; its parts are below it.
func (a *appFlow) path() string { return "/" + a.secret + "/" }

func (a *appFlow) address() string { return "http://" + a.host + a.path() }

// ServeHTTP answers the page, and the way back from GitHub.
func (a *appFlow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ours := strings.CutPrefix(r.URL.Path, a.path())
	switch {
	case r.Host != a.host:
		http.Error(w, "this page has another name", http.StatusMisdirectedRequest)
	case !ours || path != "" && path != "made":
		http.NotFound(w, r)
	case r.Method != http.MethodGet:
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	case path == "":
		a.page(w)
	default:
		a.back(w, r)
	}
}

// back takes the code that GitHub sends the browser back with.
func (a *appFlow) back(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(a.state)) != 1 {
		http.Error(w, "this answer belongs to another page: begin again where this one was opened", http.StatusForbidden)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.app == nil { // the same answer again changes nothing
		a.problem, a.hint = "", ""
		if err := a.convert(r.Context(), q.Get("code")); err != nil {
			a.problem = err.Error()
			a.hint, _ = phase.Hint(err)
		}
	}
	http.Redirect(w, r, a.path(), http.StatusSeeOther)
}

// convert turns the code into the App, and keeps its key in the file. The file is there before the key is: what was handed
// out once must not be lost.
func (a *appFlow) convert(ctx context.Context, code string) (err error) {
	f, err := os.OpenFile(a.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("a file for the key: %w", err)
	}
	app, err := github.Convert(context.WithoutCancel(ctx), a.gh, code)
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(a.out))
	}
	a.mask(string(app.PrivateKey))
	_, err = f.Write(app.PrivateKey)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the key of App %d, which was made: delete it on GitHub, and begin again: %w", app.ID, err)
	}
	a.app = app
	close(a.made)
	return nil
}

// wait returns when the App is installed and the page has said so, or ctx ends.
func (a *appFlow) wait(ctx context.Context) error {
	select {
	case <-a.made:
	case <-ctx.Done():
		return a.ended(ctx)
	}
	fmt.Fprintf(a.say, "The App %s (%d) is made, and its key is in %s\nInstall it: %s\n", a.app.Slug, a.app.ID, a.out, a.installPage())
	if err := a.poll(ctx); err != nil {
		return err
	}
	fmt.Fprintf(a.say, "It is installed (%d). Store the three secrets, then delete the file:\n\n  %s\n", a.installation, strings.Join(a.commands(), "\n  "))
	select {
	case <-a.shown:
	case <-time.After(2 * pollEvery): // nobody looks at the page
	case <-ctx.Done():
	}
	return nil
}

// poll waits until the App is installed.
func (a *appFlow) poll(ctx context.Context) error {
	o := a.gh
	o.AppID, o.PrivateKey = a.app.ID, a.app.PrivateKey
	app, err := github.NewApp(o)
	if err != nil {
		return err
	}
	for {
		all, err := app.Installations(ctx) // an error may pass: the App is seconds old
		if err == nil && len(all) > 0 {
			a.mu.Lock()
			a.installation = all[0].ID
			a.mu.Unlock()
			close(a.installed)
			return nil
		}
		select {
		case <-time.After(pollEvery):
		case <-ctx.Done():
			return errors.Join(a.ended(ctx), err)
		}
	}
}

// ended says how far the flow came.
func (a *appFlow) ended(ctx context.Context) error {
	why := "nobody went on with the page"
	if errors.Is(ctx.Err(), context.Canceled) {
		why = "interrupted"
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.app == nil {
		return &usageError{message: why + ": no App was made, or GitHub has not sent its key", next: "run the same again; an App without a key can be deleted in GitHub's settings"}
	}
	return &usageError{
		message: fmt.Sprintf("%s: the App %d is made, its key is in %s, but it is not installed", why, a.app.ID, a.out),
		next:    "install it at " + a.installPage() + "; the number at the end of the address that follows is INSTALLATION_ID",
	}
}

// newPage is the page of GitHub that takes a manifest.
func (a *appFlow) newPage() string {
	settings := "/settings/apps/new?state="
	if a.org != "" {
		settings = "/organizations/" + a.org + settings
	}
	return a.server + settings + url.QueryEscape(a.state)
}

// installPage is the page of GitHub on which the App is installed.
func (a *appFlow) installPage() string {
	return a.server + "/apps/" + a.app.Slug + "/installations/new"
}

func (a *appFlow) commands() []string {
	return setup.Made{ID: a.app.ID, Installation: a.installation, KeyFile: a.out, Repository: a.repository}.Store()
}
