// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// What one answer may take in all, and the longest wait between the three attempts at it.
const (
	callLimit = 30 * time.Second
	callWait  = 2 * time.Second
)

// A fault is what the errors of this package are made of: what is wrong, and what to do about it. It repeats nothing
// that was answered.
type fault struct {
	problem, hint string
	condition     string // that would admit the token, JSON; "" where that is not what is wrong
	passing       bool   // of an attempt to get an OIDC token: the next one may succeed
}

// httpClient returns what AWS is reached with: the SDK's own transport, which trusts AWS_CA_BUNDLE alone where env has
// one. It follows no redirect: AWS sends none, and what it is sent is for nobody else.
func httpClient(env map[string]string) (*http.Client, *fault) {
	transport := awshttp.NewBuildableClient().GetTransport()
	if file := env["AWS_CA_BUNDLE"]; file != "" {
		pool := x509.NewCertPool()
		if bundle, err := os.ReadFile(file); err != nil || !pool.AppendCertsFromPEM(bundle) {
			return nil, &fault{problem: "AWS_CA_BUNDLE names " + file + ", which holds no certificate that can be read",
				hint: "correct AWS_CA_BUNDLE, or remove it to trust the system's certificates"}
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: transport, CheckRedirect: stay}, nil
}

// retryer makes three attempts, at most wait apart, also where AWS answers with one of codes.
func retryer(wait time.Duration, codes ...string) aws.Retryer {
	return retry.AddWithErrorCodes(retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = wait }), codes...)
}

// endpoint returns the endpoint that env sets for a service, "STS"; nil: that of its region.
func endpoint(env map[string]string, service string) *string {
	if url := env["AWS_ENDPOINT_URL_"+service]; url != "" {
		return &url
	}
	return nil
}

func fips(env map[string]string) aws.FIPSEndpointState {
	if env["AWS_USE_FIPS_ENDPOINT"] == "true" {
		return aws.FIPSEndpointStateEnabled
	}
	return aws.FIPSEndpointStateUnset
}

func dualStack(env map[string]string) aws.DualStackEndpointState {
	if env["AWS_USE_DUALSTACK_ENDPOINT"] == "true" {
		return aws.DualStackEndpointStateEnabled
	}
	return aws.DualStackEndpointStateUnset
}

// lazily compiles an expression when it is first used: those with large counts would slow down every start of the program.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

var errorCode = regexp.MustCompile(`^[A-Za-z0-9.]{1,60}$`)

// known returns an error code of AWS as it may be shown.
func known(code string) string {
	if errorCode.MatchString(code) {
		return code
	}
	return "an unknown error"
}

// throttled returns the fault of a service that wants fewer requests; nil if code says something else.
func throttled(code string) *fault {
	if _, ok := retry.DefaultThrottleErrorCodes[code]; !ok {
		return nil
	}
	return &fault{problem: "AWS answers no more requests for now (" + code + ")", hint: "wait a minute, then run it again"}
}

// unanswered explains an error that is no answer of who ("STS in eu-west-1"); advice is what to look at.
func unanswered(err error, who, advice string) *fault {
	var lookup *net.DNSError
	var connection *net.OpError
	var certificate *tls.CertificateVerificationError
	f := &fault{hint: advice, passing: true}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		f.problem = fmt.Sprintf("no answer from %s within %s", who, callLimit)
	case errors.As(err, &lookup):
		f.problem = "no host has the name " + lookup.Name
	case errors.As(err, &connection):
		f.problem = who + " cannot be reached: " + connection.Error()
	case errors.As(err, &certificate):
		return &fault{problem: who + " is not trusted: " + certificate.Err.Error(), hint: "set AWS_CA_BUNDLE where a proxy has certificates of its own"}
	default:
		f.problem = "what answered is not " + who + ", or does not speak its language"
	}
	return f
}
