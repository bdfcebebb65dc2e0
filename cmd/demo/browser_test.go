// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

func TestTheWholeStoryIsAsTold(t *testing.T) {
	t.Parallel()
	playOut(t, story())
}

// playOut plays scenes with the real bot and fails if anything is not as told, or if what is written holds a secret,
// a colour or something that is fetched from elsewhere.
func playOut(t *testing.T, scenes []scene) {
	t.Helper()
	out := t.TempDir()
	var told bytes.Buffer
	if err := demo(t.Context(), options{Once: true, Out: out, Addr: "127.0.0.1:0"}, scenes, &told); err != nil {
		t.Fatalf("%v\n%s", err, told.String())
	}
	var names []string
	err := filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		names = append(names, filepath.Base(path))
		content, err := os.ReadFile(path)
		for _, bad := range []string{"correct-horse-battery-staple", "PRIVATE KEY", "ghs_", "x-access-token", "src=\"http", "\x1b["} {
			if bytes.Contains(content, []byte(bad)) {
				t.Errorf("%s holds %q: …%.200q", path, bad, content[max(0, bytes.Index(content, []byte(bad))-100):])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(names, "index.html") || !slices.Contains(names, "timeline.txt") || len(names) < 3 {
		t.Errorf("written are %v", names)
	}
}

// TestThePageInABrowser watches the demo as a person would: it opens the page while the story runs, waits for the end
// without reloading, and looks at every tab, wide and narrow, with all folds closed and with all folds open.
func TestThePageInABrowser(t *testing.T) {
	t.Parallel()
	url := liveDemo(t)
	ctx, faults := browser(t, url)
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); js[string](ctx, t, `document.body.dataset.live`) != "false"; time.Sleep(300 * time.Millisecond) {
		if time.Since(began) > 6*time.Minute {
			t.Fatal("the page never showed the end of the story")
		}
	}
	for _, width := range []int64{1280, 390} {
		for _, tab := range []string{"story", "pr-1", "pr-2", "pr-3", "pr-4", "environments"} {
			t.Run(fmt.Sprintf("%s at %d", tab, width), func(t *testing.T) { lookAt(ctx, t, tab, width) })
		}
	}
	t.Run("rendered as GitHub would", func(t *testing.T) { rendered(ctx, t) })
	for _, fault := range faults() {
		t.Error(fault)
	}
}

// js returns what an expression has as its value on the page.
func js[T any](ctx context.Context, t *testing.T, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// lookAt opens one tab and fails if anything sticks out to the right, or a fold does not open.
func lookAt(ctx context.Context, t *testing.T, tab string, width int64) {
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
		t.Fatal(err)
	}
	js[string](ctx, t, fmt.Sprintf(`location.hash = %q`, tab))
	time.Sleep(100 * time.Millisecond)
	if shown := js[[]string](ctx, t, `[...document.querySelectorAll('.tab:not([hidden])')].map((e) => e.id)`); len(shown) != 1 || shown[0] != tab {
		t.Errorf("shown are the tabs %v", shown)
	}
	js[int](ctx, t, `[...document.querySelectorAll('details')].map((d) => { d.open = false; }).length`)
	fits(ctx, t, tab, width)
	folds := js[int](ctx, t, fmt.Sprintf(`[...document.querySelectorAll('#%s summary')].map((s) => { if (!s.parentElement.open) s.click(); }).length`, tab))
	open := js[int](ctx, t, fmt.Sprintf(`document.querySelectorAll('#%s details[open]').length`, tab))
	if folds != open || tab != "pr-3" && tab != "environments" && folds == 0 {
		t.Errorf("%d of %d folds are open after a click on each", open, folds)
	}
	fits(ctx, t, tab, width)
}

// fits fails if the page is wider than the window, or an element reaches beyond it and no box scrolls it.
func fits(ctx context.Context, t *testing.T, tab string, width int64) {
	t.Helper()
	if page := js[int64](ctx, t, `document.documentElement.scrollWidth`); page > width {
		t.Errorf("the page is %d wide in a window of %d", page, width)
	}
	for _, e := range js[[]string](ctx, t, fmt.Sprintf(`[...document.querySelectorAll('#%s *, header *')].filter((e) => {
		const box = e.parentElement.closest('pre, table, nav');
		return e.checkVisibility() && !box && e.getBoundingClientRect().right > innerWidth + 1;
	}).map((e) => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 60)).slice(0, 5)`, tab)) {
		t.Errorf("sticks out at %d: %s", width, e)
	}
}

// rendered fails if the comments of the bot are not shown as GitHub would show them.
func rendered(ctx context.Context, t *testing.T) {
	for what, selector := range map[string]string{
		"a table with numbers":        `.by-bot .markdown table td[align]`,
		"an alert":                    `.by-bot .markdown > .alert-caution > .alert-title`,
		"an added line of a diff":     `.by-bot .markdown pre .diff-add`,
		"a removed line of a diff":    `.by-bot .markdown pre .diff-del`,
		"a fold":                      `.by-bot .markdown details > summary`,
		"an earlier version":          `.by-bot .history .markdown`,
		"a reaction":                  `.comment .reaction`,
		"a check that succeeded":      `.checks .icon.success`,
		"an annotation of a check":    `.annotation.failure code`,
		"a link to a run here":        `.by-bot .markdown a[href^="#run-"]`,
		"a button of a check":         `.checks button`,
		"a bar for a plan":            `.gantt .plan`,
		"a bar for an apply":          `.gantt .apply`,
		"a merged pull request":       `.state.merged`,
		"an approval":                 `.event .message`,
		"what was deployed":           `#environments td .icon.success`,
		"a check of what was applied": `#checks-1 .checks + .checks .icon.success`,
		"a bot set apart from others": `.by-bot .tag`,
	} {
		if js[int](ctx, t, fmt.Sprintf(`document.querySelectorAll(%q).length`, selector)) == 0 {
			t.Errorf("the page does not show %s (%s)", what, selector)
		}
	}
	text := js[string](ctx, t, `[...document.querySelectorAll('.markdown')].map((m) => {
		const copy = m.cloneNode(true); copy.querySelectorAll('pre, code').forEach((c) => c.remove()); return copy.textContent;
	}).join('\n')`)
	for _, raw := range []string{"<details", "</details", "<summary", "[!CAUTION]", "```", "|--", "**", "<!--"} {
		if strings.Contains(text, raw) {
			t.Errorf("the page shows raw markup: %s", raw)
		}
	}
}

// liveDemo starts the demo and returns the address of its page.
func liveDemo(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var out lockedBuffer
	ended := make(chan error, 1)
	go func() { ended <- demo(ctx, options{Addr: "127.0.0.1:0"}, story(), &out) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("%v\n%s", err, out.String())
		}
	})
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)
	for range 600 {
		if url := address.FindString(out.String()); url != "" {
			return url
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the demo shows no page:\n%s", out.String())
	return ""
}

// browser starts a headless browser and notes errors on its console and requests to other places than url.
func browser(t *testing.T, url string) (context.Context, func() []string) {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browserPath(t)), chromedp.NoSandbox)
	var mu sync.Mutex
	var faults []string
	listen := func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			faults = append(faults, fmt.Sprintf("exception: %+v", ev.ExceptionDetails))
		case *runtime.EventConsoleAPICalled:
			for _, arg := range ev.Args {
				faults = append(faults, fmt.Sprintf("console: %s %s", ev.Type, arg.Value))
			}
		case *log.EventEntryAdded:
			faults = append(faults, fmt.Sprintf("log: %s %s %s", ev.Entry.Level, ev.Entry.Text, ev.Entry.URL))
		case *network.EventRequestWillBeSent:
			if u := ev.Request.URL; !strings.HasPrefix(u, url) && !strings.HasPrefix(u, "data:") {
				faults = append(faults, "fetched from elsewhere: "+u)
			}
		}
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(stop)
	ctx, stopTab := chromedp.NewContext(ctx, chromedp.WithListener(listen))
	t.Cleanup(stopTab)
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return faults
	}
}

// browserPath finds Chromium: $LAYERBOT_CHROMIUM, else one on PATH. There must be one.
func browserPath(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("LAYERBOT_CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("there is no Chromium on PATH: install it (Debian: apt-get install chromium) or set LAYERBOT_CHROMIUM")
	return ""
}
