// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/setup"
)

// appFlags are the flags of bot app create.
type appFlags struct {
	org, name, out, repository string
	noBrowser                  bool
	patience                   time.Duration
}

func (b *bot) appCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "app", Short: "Make the GitHub App", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(b.appCreate())
	return cmd
}

func (b *bot) appCreate() *cobra.Command {
	var f appFlags
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make the GitHub App that Layerbot acts as, and install it",
		Long: `Shows a page on this machine that says what the App will be allowed, and why; its one button takes that to GitHub, where you
make the App and install it. The private key comes back once: it is written to a file that only you can read, and never shown.
In the end you get the commands that store the three secrets (APP_ID, APP_PRIVATE_KEY, INSTALLATION_ID).

The page is on the loopback address alone, and ends with this command: after the installation, after 15 minutes, or with Ctrl-C.`,
		Example: "  bot app create --org acme",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.runAppCreate(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.org, "org", "", "`organization` that the App will belong to (default: your own account)")
	flags.StringVar(&f.name, "name", "", "`name` of the App, unique on GitHub (default: made of the owner's; it can be changed on GitHub's page)")
	flags.StringVar(&f.out, "out", setup.KeyFile, "`file` for the private key; one that is there is not overwritten")
	flags.StringVar(&f.repository, "repository", "", "`OWNER/REPO` that the secrets are for (default: the one of the checkout)")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "only print the page's address")
	flags.DurationVar(&f.patience, "timeout", 15*time.Minute, "how long the page waits")
	return cmd
}

// orgName is what GitHub allows as the name of an organization.
var orgName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$`)

func (b *bot) runAppCreate(ctx context.Context, f appFlags) error {
	a, err := b.appFlow(ctx, f)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the page: %w", err)
	}
	a.host = listener.Addr().String()
	server := &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 1 << 16}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	fmt.Fprintf(b.out, "Open %s\n", a.address())
	if !f.noBrowser && b.browse(ctx, a.address()) {
		fmt.Fprintln(b.out, "(your browser should show it now)")
	}
	limited, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	err = a.wait(limited)
	closing, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	err = errors.Join(err, server.Shutdown(closing))
	if serr := <-served; !errors.Is(serr, http.ErrServerClosed) {
		err = errors.Join(err, serr)
	}
	return err
}

// appFlow checks what was asked for.
func (b *bot) appFlow(ctx context.Context, f appFlags) (*appFlow, error) {
	if f.org != "" && !orgName.MatchString(f.org) {
		return nil, &usageError{message: fmt.Sprintf("%q is no organization", f.org), next: "`bot app create --org acme`"}
	}
	if !filepath.IsAbs(f.out) {
		f.out = filepath.Join(b.env.Dir, f.out)
	}
	if _, err := os.Lstat(f.out); err == nil {
		return nil, &usageError{message: f.out + " is there already", next: "if it is the key of an App that is in use, keep it; name another file with --out"}
	}
	repo, err := b.repository(ctx, f.repository)
	if err != nil && f.repository != "" {
		return nil, err
	}
	a := newAppFlow(github.Options{BaseURL: b.env.APIURL, Log: b.log}, b.env.ServerURL)
	a.org, a.out, a.name, a.say, a.mask = f.org, f.out, or(f.name, appName(f.org, repo.Owner)), b.out, b.mask
	if repo.Owner != "" {
		a.repository = repo.String()
	}
	return a, nil
}

func appName(owners ...string) string {
	if owner := or(owners...); owner != "" {
		return "Layerbot " + owner
	}
	return "Layerbot"
}

// browse opens an address in the browser, where there is one.
func (b *bot) browse(ctx context.Context, address string) bool {
	name := "xdg-open"
	if runtime.GOOS == "darwin" {
		name = "open"
	} else if b.env.All["DISPLAY"] == "" && b.env.All["WAYLAND_DISPLAY"] == "" {
		return false
	}
	return exec.CommandContext(ctx, name, address).Run() == nil
}
