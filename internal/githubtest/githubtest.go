// SPDX-License-Identifier: Apache-2.0

// Package githubtest is a GitHub for tests and the demo: stateful, over HTTP on
// loopback, with real git repositories behind it.
//
// It is strict. A route it does not know, a token without the permission or the
// repository, a body or query GitHub would refuse: each is an error to the client
// and a violation that fails the test. It is no mock: what was written can be read
// back. It never leaves the loopback interface.
//
// An answer that a correct client must expect is no violation: a 404 for what is
// gone, a 401 for a token that is expired or revoked, a 403 for a person's token
// that was not given enough.
//
// Beside the API it serves git, and the pages on which a person makes an App from
// a manifest and installs it.
package githubtest

import (
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// Options configure a Server. The zero value is a good one for tests.
type Options struct {
	Addr      string           // "127.0.0.1:0"
	Dir       string           // where bare repositories are kept; "" is a temporary folder, removed by Close
	Now       func() time.Time // nil is time.Now
	Violation func(error)      // told of everything GitHub would have refused, maybe at once from several goroutines; nil collects them for Violations
	Validate  bool             // check each exchange against GitHub's OpenAPI description

	// Permissions of the installation, which its tokens can only narrow. Nil is the union of what Layerbot uses.
	Permissions github.Permissions
	// LongTokens mints installation tokens as "ghs_APPID_JWT", the form GitHub is changing to, in place of 40
	// characters.
	LongTokens bool
}

// A Request is one that was served.
type Request struct {
	Method, Route, Path string // Route is the template: "/repos/{owner}/{repo}/pulls/{pull_number}"
	Status              int    // 0 if the connection was cut
	Token               string // id of the token, never its text
	// Granted are the permissions of the token. Each has metadata: read, as on GitHub, asked for or not.
	Granted map[string]string
	Needed  map[string]string // permission the route used: {"pull_requests": "read"}
	Write   bool              // it changed something people can see: not so for git and for tokens
}

// An Item is one entry of the conversation, oldest first.
type Item struct {
	ID        int64 // 0 for the description
	Author    github.User
	Body      string
	Created   time.Time
	Edits     int            // how often it was edited
	Reactions map[string]int // "eyes" → 1
}
