// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"regexp"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// hints are what to do about errors that are common in layered repositories, by a text in the error.
var hints = []struct{ text, hint string }{
	{"no space left on device", "the disk of the runner is full: use a larger one, or run fewer targets in one job"},
	{"Invalid count argument", "the number depends on something that does not exist yet: let that be applied first, by a pull request of its own that leaves out what is counted, or once by hand with `terraform apply -target=ADDRESS`"},
	{"Invalid for_each argument", "the keys depend on something that does not exist yet: let that be applied first, by a pull request of its own that leaves out what has the keys, or once by hand with `terraform apply -target=ADDRESS`"},
	{"No value for required variable", "set it in a var-file of the environment, or name the file in `var_files` of .github/layerbot.hcl"},
	{"Unsupported Terraform Core version", "`version` in the terraform block of .github/layerbot.hcl chooses the version that is run"},
	{noPackages, "see that the provider exists and that the registry can be reached from the runner"},
	{"Failed to install provider", "see that the registry can be reached, and that .terraform.lock.hcl has digests for this platform (terraform providers lock)"},
	{"Failed to load plugin schemas", pluginHint},
	{"failed to instantiate provider", pluginHint},
	{"Module not installed", "see that the module's source can be reached from the runner"},
	{"NoSuchBucket", "create the bucket, or correct `bucket` in the backend's configuration"},
	{"PermanentRedirect", wrongRegion}, {"actual location", wrongRegion}, {"BucketRegionError", wrongRegion},
	{"SlowDown", "S3 answers no more requests for now: wait a minute, then run it again"},
	{"no such host", "no host has that name: look at the address in the error, and at the network of the runner"},
	{"AccessDenied", "the job's role may not do this: add it to the role's policy if this is needed"},
	{"StatusCode: 403", "the job's role may not do this: add it to the role's policy if this is needed"},
	{"Saved plan is stale", "somebody else changes this layer at the same time: once they are done, `/apply LAYER ENV`"},
	{"context deadline exceeded", "an address could not be reached from the runner: data sources that read the network need egress at plan"},
	{"connection refused", "an address could not be reached from the runner: data sources that read the network need egress at plan"},
}

var (
	// noCredentials matches errors of AWS's SDK where it has no credentials, or none that count any more.
	noCredentials = regexp.MustCompile(`No valid credential sources found|failed to refresh cached credentials|failed to load credentials|` +
		`ExpiredToken|InvalidClientTokenId|InvalidAccessKeyId|InvalidToken|SignatureDoesNotMatch|no EC2 IMDS role found`)

	// unreadState matches the error of a backend that may not read a state, but for the target's own.
	unreadState = regexp.MustCompile(`(?s)^Unable to access object.*(?:Forbidden|AccessDenied|StatusCode: 403)`)

	// unavailable matches the provider that could not be had, in the detail of noPackages.
	unavailable = regexp.MustCompile(`for\s+provider\s+(\S+?):`)
)

const wrongRegion = "the bucket is in another region: correct `region` in the backend's configuration"

const pluginHint = "a provider does not run here: the error says why; another version of it may"

// noPackages is the summary of the error that no source of providers has one.
const noPackages = "Failed to query available provider packages"

// class refines a failure by its diagnostics, whose summaries Terraform has kept stable over its versions.
func (r *run) class(f *report.Failure, bad []report.Diagnostic) {
	for _, d := range bad {
		text := d.Summary + "\n" + d.Detail
		switch {
		case noCredentials.MatchString(text): // also where they were for a lock or an upstream state
			f.Hint = r.credentialHint()
		case strings.Contains(text, "failed to get shared config profile"):
			f.Hint = "a job has no profiles of AWS: leave `profile` out of the backend and the provider, and set AWS_PROFILE on your own machine"
			if r.runner.o.Local {
				f.Hint = "`aws configure list-profiles` prints the profiles of this machine"
			}
		case d.Summary == lockError:
			r.locked(f, d)
		case noBucket.MatchString(text):
			r.bucketless(f, noBucket.FindStringSubmatch(text)[1])
		case d.Summary == "Unable to find remote state":
			r.upstream(f, d)
		case unreadState.MatchString(text) && r.noun() == "plan" && r.creds[granted] != "":
			f.Hint = "the session of a plan may read the states of the layers that this one builds on, and no others: name the layer in `depends_on`," +
				" or read its state by a terraform_remote_state whose bucket and key are literal values;" +
				" `session_policy = \"none\"` in the aws block of .github/layerbot.hcl lets plans read all that the plan role may"
		case d.Summary == noPackages && r.refused(f, d):
		case d.Summary == noPackages && r.runner.o.Local && r.job.Rules.Providers != nil && r.runner.o.ProviderMirror == "":
			f.Hint = "where .github/layerbot.hcl lists `providers`, your own CLI configuration does not say where they come from: see that the registry can be reached," +
				" or name the folder of your mirror with --provider-mirror"
		default:
			continue
		}
		return
	}
	for _, d := range bad {
		for _, h := range hints {
			if strings.Contains(d.Summary, h.text) || strings.Contains(d.Detail, h.text) {
				f.Hint = h.hint
				return
			}
		}
	}
}

// credentialHint says what to do where AWS was asked without credentials that it accepts.
func (r *run) credentialHint() string {
	role := "plan_role"
	if r.verb == "apply" || r.verb == "unlock" {
		role = "apply_role"
	}
	switch {
	case r.creds[granted] != "":
		return "the session of " + role + " ended and could not be renewed: the log of the run says why; then " + r.again()
	case r.runner.o.Local:
		return "sign in to AWS (`aws sso login`, AWS_PROFILE), then " + r.again()
	}
	return "the job has no AWS credentials: name the " + role + " for the environment in .github/layerbot.hcl, whose trust policy admits this repository," +
		" and let the job ask for it with `permissions: id-token: write`"
}

// refused says of a provider that the rules do not allow that this is why it cannot be had; false for any other.
func (r *run) refused(f *report.Failure, d report.Diagnostic) bool {
	m := unavailable.FindStringSubmatch(d.Detail)
	if m == nil || r.job.Rules.Providers == nil || r.job.Rules.AllowsProvider(m[1]) {
		return false
	}
	denied := refusedProvider(m[1])
	f.Kind, f.Message, f.Hint = denied.Kind, denied.Message, denied.Failure.Hint
	return true
}
