// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/layerbot/layerbot/internal/config"
)

// An environment is everything the program reads of the process around it. Nothing else does.
type environment struct {
	All map[string]string // handed to runner, which passes an allow-list on

	Dir      string // working directory
	CacheDir string
	Terminal bool // stderr is one
	Width    int  // of that terminal, in columns
	Colour   bool

	Config config.Source // where the configuration is, and what counts where it says nothing

	Given    map[string]string // variables for Terraform that came as one secret
	GivenErr error             // why they cannot be used
	Role     string            // ARN, for targets whose environment has none
	Region   string            // of it

	Actions     bool // inside a GitHub Actions job
	EventName   string
	EventPath   string
	APIURL      string
	ServerURL   string
	RunID       string
	Commit      string // that the run is of
	Repeated    bool   // not the first attempt of the run
	Attempt     string // run and attempt, "4711/1"; "" outside of one
	OutputPath  string // GITHUB_OUTPUT
	SummaryPath string // GITHUB_STEP_SUMMARY

	AppID          int64
	AppIDText      string
	PrivateKey     string
	KMSKey         string // ARN of the App's private key, where that is in AWS KMS
	KMSRole        string // ARN of the role that may sign with it; "" is what the job has
	InstallationID int64
	RepositoryID   int64
	Token          string // GITHUB_TOKEN
}

// surroundings reads the process environment, once.
func surroundings() environment {
	all := map[string]string{}
	for _, kv := range os.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		all[name] = value
	}
	e := environment{
		All:        all,
		Actions:    all["GITHUB_ACTIONS"] == "true",
		EventName:  all["GITHUB_EVENT_NAME"],
		EventPath:  all["GITHUB_EVENT_PATH"],
		APIURL:     or(all["GITHUB_API_URL"], "https://api.github.com"),
		ServerURL:  or(all["GITHUB_SERVER_URL"], "https://github.com"),
		RunID:      all["GITHUB_RUN_ID"],
		Commit:     all["GITHUB_SHA"],
		Repeated:   or(all["GITHUB_RUN_ATTEMPT"], "1") != "1",
		OutputPath: all["GITHUB_OUTPUT"], SummaryPath: all["GITHUB_STEP_SUMMARY"],
		AppIDText:  all["LAYERBOT_APP_ID"],
		PrivateKey: all["LAYERBOT_APP_PRIVATE_KEY"],
		KMSKey:     all["LAYERBOT_APP_KMS_KEY"],
		KMSRole:    or(all["LAYERBOT_APP_KMS_ROLE"], all["LAYERBOT_ROLE"]),
		Role:       all["LAYERBOT_ROLE"],
		Region:     or(all["LAYERBOT_REGION"], all["AWS_REGION"]),
		Token:      or(all["LAYERBOT_TOKEN"], all["GITHUB_TOKEN"]),
	}
	e.Config = config.Source{Path: all["LAYERBOT_CONFIG"], Version: all["LAYERBOT_TERRAFORM_VERSION"], Tool: all["LAYERBOT_TOOL"]}
	e.Config.Scanners = strings.FieldsFunc(all["LAYERBOT_SCANNERS"], func(r rune) bool { return strings.ContainsRune(", \n", r) })
	if e.Config.Path == config.Path {
		e.Config.Path = ""
	}
	e.Given, e.GivenErr = variables(all["LAYERBOT_ENV"])
	delete(all, "LAYERBOT_ENV")
	if e.RunID != "" {
		e.Attempt = e.RunID + "/" + or(all["GITHUB_RUN_ATTEMPT"], "1")
	}
	e.AppID, _ = strconv.ParseInt(e.AppIDText, 10, 64)                              // checked where an App is needed
	e.InstallationID, _ = strconv.ParseInt(all["LAYERBOT_INSTALLATION_ID"], 10, 64) // 0: looked up
	e.RepositoryID, _ = strconv.ParseInt(all["GITHUB_REPOSITORY_ID"], 10, 64)       // 0: by name
	e.Dir, _ = os.Getwd()                                                           // "" fails where it is used, with the path in the error
	e.CacheDir = cacheDir(all)
	e.Terminal = term.IsTerminal(int(os.Stderr.Fd())) && all["TERM"] != "dumb"
	e.Width = 80
	if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && width > 0 {
		e.Width = width
	}
	e.Colour = term.IsTerminal(int(os.Stdout.Fd())) && all["NO_COLOR"] == "" && all["TERM"] != "dumb"
	return e
}

// holdsKey reports whether the process can sign as the App.
func (e environment) holdsKey() bool { return e.PrivateKey != "" || e.KMSKey != "" }

// secretName matches the names of variables whose values must not be shown, whatever they are for.
var secretName = regexp.MustCompile(`(?i)(TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE[_-]KEY|ACCESS[_-]KEY|API[_-]KEY)([_-]|$)`)

// minSecret is the length under which such a value is more likely a switch than a secret.
const minSecret = 8

// secrets returns what must not be shown: it may come back from Terraform, or from what Terraform runs.
func (e environment) secrets() []string {
	secrets := []string{e.PrivateKey, strings.ReplaceAll(e.PrivateKey, `\n`, "\n"), e.Token}
	for _, value := range e.Given {
		if len(value) >= minSecret {
			secrets = append(secrets, value)
		}
	}
	for name, value := range e.All {
		if secretName.MatchString(name) && len(value) >= minSecret {
			secrets = append(secrets, value)
		}
		if u, err := url.Parse(value); err == nil && u.User != nil { // a proxy's, most often
			password, _ := u.User.Password()
			secrets = append(secrets, password)
		}
	}
	return secrets
}

// cacheDir is where tools and providers are kept: the runner's tool cache in Actions, else the user's.
func cacheDir(all map[string]string) string {
	if dir := all["LAYERBOT_CACHE_DIR"]; dir != "" {
		return dir
	}
	if dir := all["RUNNER_TOOL_CACHE"]; dir != "" {
		return filepath.Join(dir, "layerbot")
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "layerbot")
}

// scanners is where scanners are looked for that PATH does not have, NAME-VERSION/NAME.
func (e environment) scanners() string {
	return or(e.All["LAYERBOT_TOOLS"], filepath.Join(e.CacheDir, "tools"))
}

func or(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
