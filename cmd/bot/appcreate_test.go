// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestAnAppIsMadeInABrowser presses the buttons that a person would: on the page, and on those of GitHub.
func TestAnAppIsMadeInABrowser(t *testing.T) {
	t.Parallel()
	a := makeApp(t)
	ctx, faults := browserTab(t)
	look := func(ctx context.Context, name string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, width := range []int64{1280, 390} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
				t.Fatal(err)
			}
			if page := value[int64](ctx, t, `document.documentElement.scrollWidth`); page > width {
				t.Errorf("%s is %d wide in a window of %d", name, page, width)
			}
			screenshot(ctx, t, fmt.Sprintf("%s-%d", name, width))
		}
	}
	look(ctx, "make", chromedp.Navigate(a.page), chromedp.WaitVisible("#make"))
	if rows := value[int](ctx, t, `document.querySelectorAll('tbody tr').length`); rows != 8 {
		t.Errorf("it says of %d permissions what they are for", rows)
	}
	if colour := value[string](ctx, t, `getComputedStyle(document.querySelector('#make')).backgroundColor`); colour == "rgba(0, 0, 0, 0)" {
		t.Error("the policy keeps the page's style out")
	}
	look(ctx, "review", chromedp.Click("#make"), chromedp.WaitVisible("#create"))
	look(ctx, "install", chromedp.Click("#create"), chromedp.WaitVisible("a#install"))
	if at := value[string](ctx, t, `location.href`); at != a.page {
		t.Errorf("the code stays in the address: %s", at)
	}
	tab, done := chromedp.NewContext(ctx) // the button opens one
	defer done()
	look(tab, "choose", chromedp.Navigate(value[string](ctx, t, `document.querySelector('#install').href`)), chromedp.WaitVisible("button#install"),
		chromedp.Click("#selected"), chromedp.Click("#repository-infra"))
	if err := chromedp.Do(tab, chromedp.Click("button#install"), chromedp.WaitVisible("#app")); err != nil {
		t.Fatal(err)
	}
	look(ctx, "store", chromedp.WaitVisible("#commands")) // without a click
	printed, code := a.end()
	commands := value[string](ctx, t, `document.querySelector('#commands').textContent`)
	for line := range strings.Lines(commands) {
		if !strings.Contains(printed, strings.TrimSpace(line)) {
			t.Errorf("the terminal lacks %s", line)
		}
	}
	if n := strings.Count(commands, "gh secret set "); code != exitOK || n != 3 {
		t.Errorf("exit %d, %d secrets:\n%s", code, n, printed)
	}
	for _, fault := range faults() {
		t.Error(fault)
	}
}

func value[T any](ctx context.Context, t *testing.T, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// screenshot keeps what the browser shows in $LAYERBOT_SCREENSHOTS, for somebody to look at.
func screenshot(ctx context.Context, t *testing.T, name string) {
	dir := os.Getenv("LAYERBOT_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// browserTab starts a headless browser, and notes what it complains of.
func browserTab(t *testing.T) (context.Context, func() []string) {
	t.Helper()
	path := os.Getenv("LAYERBOT_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); path == "" && err == nil {
			path = found
		}
	}
	if path == "" {
		t.Fatal("there is no Chromium on PATH: install it (Debian: apt-get install chromium) or set LAYERBOT_CHROMIUM")
	}
	var faults printedText
	listen := func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			fmt.Fprintf(&faults, "exception: %+v\n", ev.ExceptionDetails)
		case *log.EventEntryAdded:
			if strings.HasSuffix(ev.Entry.URL, favicon) {
				return
			}
			fmt.Fprintf(&faults, "%s: %s %s\n", ev.Entry.Level, ev.Entry.Text, ev.Entry.URL)
		}
	}
	limited, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(stop)
	ctx, stopBrowser := chromedp.NewExecAllocator(limited, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)...)
	t.Cleanup(stopBrowser)
	ctx, stopTab := chromedp.NewContext(ctx, chromedp.WithListener(listen))
	t.Cleanup(stopTab)
	return ctx, func() []string { return strings.FieldsFunc(faults.String(), func(r rune) bool { return r == '\n' }) }
}
