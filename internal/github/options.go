// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options say how GitHub is reached.
type Options struct {
	BaseURL        string // "https://api.github.com" or "https://ghes.example/api/v3"; with or without the last slash
	AppID          int64
	PrivateKey     []byte            // PEM; its line ends may be written \n
	Sign           Sign              // signs in place of PrivateKey, which is then empty; nil: PrivateKey does
	InstallationID int64             // 0: looked up by repository
	Transport      http.RoundTripper // innermost; nil is a default one
	Log            *slog.Logger      // nil discards
	Timeout        time.Duration     // of one attempt, without waits; 0 is a minute
	Now            func() time.Time  // nil is time.Now

	// Sleep waits between attempts and between writes; nil waits for real.
	Sleep func(context.Context, time.Duration) error

	// Minted is told of each token before its first use, to register it for redaction; nil for nobody.
	Minted func(token string)
}

// options are Options made complete and checked.
type options struct {
	Options
	base *url.URL // ends in a slash
}

// complete fills in the defaults and checks the address.
func (o Options) complete() (options, error) {
	if o.BaseURL == "" {
		o.BaseURL = "https://api.github.com"
	}
	base, err := url.Parse(strings.TrimRight(o.BaseURL, "/") + "/")
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" ||
		base.Scheme != "https" && (base.Scheme != "http" || !loopback(base.Hostname())) {
		return options{}, &AuthError{
			Problem: "the API address is not usable",
			Advice:  "It is https://api.github.com or https://HOST/api/v3, always with https: credentials go there.",
		}
	}
	if o.Transport == nil {
		o.Transport = defaultTransport()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	return options{o, base}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (o options) guard() http.RoundTripper {
	return &guard{base: o.base, timeout: o.Timeout, next: o.Transport}
}

func (o options) retry(next http.RoundTripper, p *pace) http.RoundTripper {
	return &retry{next: next, log: o.Log, sleep: o.Sleep, now: o.Now, pace: p}
}

func defaultTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		IdleConnTimeout:       30 * time.Second,
	}
}
