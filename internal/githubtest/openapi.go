// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// A description is GitHub's own description of its API, trimmed to our routes by testdata/trim.
type description struct{ doc *openapi3.T }

// Where it comes from and its licence: testdata/README.md.
//
//go:embed testdata/openapi.json.gz
var packed []byte

// loadDescription reads the description once; it is never changed after.
var loadDescription = sync.OnceValues(func() (*description, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("read GitHub's description: %w", err)
	}
	doc, err := openapi3.NewLoader().LoadFromIoReader(r)
	if err != nil {
		return nil, fmt.Errorf("read GitHub's description: %w", err)
	}
	return &description{doc}, nil
})

// check holds a request and its answer against the description. Names of query parameters it leaves to dispatch.
func (d *description) check(c *call, answer *recorder) error {
	path := d.doc.Paths.Value(c.route.template)
	if path == nil || path.GetOperation(c.r.Method) == nil {
		return fmt.Errorf("the description has no %s %s", c.r.Method, c.route.template)
	}
	r := c.r.Clone(context.Background())
	r.Body = io.NopCloser(bytes.NewReader(c.body))
	request := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: c.vars, QueryParams: c.query,
		Route:   &routers.Route{Spec: d.doc, Path: c.route.template, PathItem: path, Method: c.r.Method, Operation: path.GetOperation(c.r.Method)},
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true},
	}
	if err := openapi3filter.ValidateRequest(r.Context(), request); err != nil {
		return fmt.Errorf("request: %w", brief(err))
	}
	err := openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: answer.code, Header: answer.header, Body: io.NopCloser(bytes.NewReader(answer.body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: answer.code < http.StatusBadRequest},
	})
	if err != nil {
		return fmt.Errorf("answer %d: %w", answer.code, brief(err))
	}
	return nil
}

// payload holds a webhook payload against a schema: "webhook-pull-request-opened".
func (d *description) payload(schema string, decoded any) error {
	s := d.doc.Components.Schemas[schema]
	if s == nil {
		return fmt.Errorf("the description has no %s", schema)
	}
	if err := s.Value.VisitJSON(decoded); err != nil {
		return brief(err)
	}
	return nil
}

// brief cuts an error that goes on to print the whole schema.
func brief(err error) error {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	return fmt.Errorf("%s", text)
}
