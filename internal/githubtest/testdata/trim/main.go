// Trim cuts GitHub's OpenAPI description down to what the simulator serves, and its webhook examples down to
// their keys. Run it again after adding a route, or for a newer description, from internal/githubtest/testdata:
//
//	npm pack @octokit/openapi@23.0.2 @octokit/webhooks-examples@7.6.1   # in a scratch folder; unpack both there
//	go run ./trim SCRATCH/openapi/package SCRATCH/examples/package
//
// It writes openapi.json.gz and webhook-keys.json.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// operations are those the simulator serves; a test compares them with its routes.
const operations = `
post /app-manifests/{code}/conversions
get /app
get /app/installations
get /app/installations/{installation_id}
post /app/installations/{installation_id}/access_tokens
delete /installation/token
get /orgs/{org}/teams/{team_slug}/memberships/{username}
get /repos/{owner}/{repo}
get /repos/{owner}/{repo}/installation
get /repos/{owner}/{repo}/collaborators/{username}/permission
get /repos/{owner}/{repo}/pulls
get /repos/{owner}/{repo}/pulls/{pull_number}
get /repos/{owner}/{repo}/pulls/{pull_number}/reviews
get /repos/{owner}/{repo}/commits/{commit_sha}/pulls
get /repos/{owner}/{repo}/commits/{ref}
get /repos/{owner}/{repo}/commits/{ref}/check-runs
get /repos/{owner}/{repo}/issues
post /repos/{owner}/{repo}/issues
get /repos/{owner}/{repo}/issues/{issue_number}
patch /repos/{owner}/{repo}/issues/{issue_number}
get /repos/{owner}/{repo}/issues/comments
get /repos/{owner}/{repo}/issues/comments/{comment_id}
patch /repos/{owner}/{repo}/issues/comments/{comment_id}
delete /repos/{owner}/{repo}/issues/comments/{comment_id}
get /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions
post /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions
get /repos/{owner}/{repo}/issues/{issue_number}/comments
post /repos/{owner}/{repo}/issues/{issue_number}/comments
post /repos/{owner}/{repo}/check-runs
get /repos/{owner}/{repo}/check-runs/{check_run_id}
patch /repos/{owner}/{repo}/check-runs/{check_run_id}
get /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations
get /repos/{owner}/{repo}/deployments
post /repos/{owner}/{repo}/deployments
get /repos/{owner}/{repo}/deployments/{deployment_id}
get /repos/{owner}/{repo}/deployments/{deployment_id}/statuses
post /repos/{owner}/{repo}/deployments/{deployment_id}/statuses
get /repos/{owner}/{repo}/git/ref/{ref}
get /repos/{owner}/{repo}/contents/{path}
get /repos/{owner}/{repo}/environments
get /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies
get /repos/{owner}/{repo}/environments/{environment_name}/secrets
get /repos/{owner}/{repo}/actions/secrets
get /repos/{owner}/{repo}/actions/organization-secrets
get /repos/{owner}/{repo}/rules/branches/{branch}
get /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks
post /repos/{owner}/{repo}/code-scanning/sarifs
`

// webhooks are the events the simulator writes; the names of their schemas begin with these.
var webhooks = map[string][]string{
	"pull_request": {
		"webhook-pull-request-opened", "webhook-pull-request-synchronize", "webhook-pull-request-reopened", "webhook-pull-request-closed",
		"webhook-pull-request-edited", "webhook-pull-request-ready-for-review", "webhook-pull-request-converted-to-draft",
	},
	"issue_comment":     {"webhook-issue-comment-created", "webhook-issue-comment-edited", "webhook-issue-comment-deleted"},
	"check_run":         {"webhook-check-run-requested-action", "webhook-check-run-rerequested"},
	"merge_group":       {"webhook-merge-group-checks-requested"},
	"push":              {"webhook-push"},
	"workflow_dispatch": {"webhook-workflow-dispatch"},
}

type object = map[string]any

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: trim OPENAPI-PACKAGE WEBHOOKS-EXAMPLES-PACKAGE")
	}
	var whole object
	read(filepath.Join(os.Args[1], "generated", "api.github.com.json"), &whole)
	var examples []struct {
		Name     string
		Examples []any
	}
	read(filepath.Join(os.Args[2], "api.github.com", "index.json"), &examples)

	keys := map[string][]string{}
	for _, event := range examples {
		if webhooks[event.Name] == nil {
			continue
		}
		found := map[string]bool{}
		for _, example := range event.Examples {
			collect(example, "", found)
		}
		keys[event.Name] = slices.Sorted(maps.Keys(found))
	}
	write("webhook-keys.json", indent(keys))
	write("openapi.json.gz", zip(trim(whole)))
}

// collect gathers the paths of all keys: "pull_request.head.sha", "commits[].id".
func collect(v any, path string, into map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			collect(one, path+"[]", into)
		}
	case object:
		for key, one := range v {
			into[strings.TrimPrefix(path+"."+key, ".")] = true
			collect(one, strings.TrimPrefix(path+"."+key, "."), into)
		}
	}
}

// trim keeps the operations and the webhook schemas, and what they refer to.
func trim(whole object) object {
	paths := object{}
	for _, line := range strings.Split(strings.TrimSpace(operations), "\n") {
		method, path, _ := strings.Cut(line, " ")
		from := at(whole, "paths", path)
		kept, _ := paths[path].(object)
		if kept == nil {
			kept = object{}
		}
		operation, found := from[method].(object)
		if !found {
			log.Fatalf("the description has no %s", line)
		}
		seal(operation["requestBody"])
		kept[method] = operation
		paths[path] = kept
	}
	correct(whole)
	components := object{}
	out := object{"openapi": whole["openapi"], "info": object{"title": "GitHub REST API, trimmed", "version": at(whole, "info")["version"]}, "paths": paths, "components": components}
	clean(paths)
	follow(whole, paths, components)
	for _, names := range webhooks {
		for _, name := range names {
			follow(whole, object{"$ref": "#/components/schemas/" + name}, components)
		}
	}
	return out
}

// correct mends what the description gets wrong.
func correct(whole object) {
	// A fork that is gone leaves no repository behind, as the webhooks' schemas say.
	for _, pull := range []string{"pull-request", "pull-request-simple"} {
		at(whole, "components", "schemas", pull, "properties", "head", "properties")["repo"] = object{"$ref": "#/components/schemas/nullable-repository"}
	}
	// In the list, and there alone, an account is said to be both a user and an enterprise.
	at(whole, "paths", "/app/installations", "get", "responses", "200", "content", "application/json", "schema")["items"] = object{"$ref": "#/components/schemas/installation"}
}

// seal refuses unknown properties in the objects of a request body that are written out in place.
func seal(v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			seal(one)
		}
	case object:
		_, choice := v["oneOf"]
		_, either := v["anyOf"]
		if _, has := v["properties"]; has && !choice && !either && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, one := range v {
			seal(one)
		}
	}
}

// follow copies every component that v refers to.
func follow(whole object, v any, into object) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			follow(whole, one, into)
		}
	case object:
		for key, one := range v {
			ref, is := one.(string)
			if key != "$ref" || !is {
				follow(whole, one, into)
				continue
			}
			steps := strings.Split(strings.TrimPrefix(ref, "#/components/"), "/")
			kind, _ := into[steps[0]].(object)
			if kind == nil {
				kind = object{}
				into[steps[0]] = kind
			}
			if kind[steps[1]] == nil {
				component := at(whole, "components", steps[0], steps[1])
				clean(component)
				kind[steps[1]] = component
				follow(whole, component, into)
			}
		}
	}
}

// clean removes prose and examples. A property of such a name holds a schema, an object: it stays.
func clean(v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			clean(one)
		}
	case object:
		for key, one := range v {
			_, isText := one.(string)
			switch {
			case strings.HasPrefix(key, "x-") && key != "x-webhooks", key == "externalDocs", key == "tags" && !isObject(one):
				delete(v, key)
			case key == "summary" && isText, key == "title" && isText, key == "format" && isText && one != "date-time":
				delete(v, key)
			case key == "example" && !isSchema(one), key == "examples" && !isSchema(one):
				delete(v, key)
			case key == "description" && isText:
				v[key] = "" // required of a response
			default:
				clean(one)
			}
		}
	}
}

func isObject(v any) bool { _, is := v.(object); return is }

// isSchema says whether v is the schema of a property that happens to be called "example".
func isSchema(v any) bool {
	o, is := v.(object)
	_, typed := o["type"].(string)
	return is && typed && o["properties"] == nil && len(o) <= 3
}

func at(v object, steps ...string) object {
	for _, step := range steps {
		next, is := v[step].(object)
		if !is {
			log.Fatalf("the description has no %s", strings.Join(steps, " "))
		}
		v = next
	}
	return v
}

func read(path string, into any) {
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		log.Fatalf("read %s: %v", path, err)
	}
}

func indent(v any) []byte {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		log.Fatal(err)
	}
	return append(text, '\n')
}

func zip(v any) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level exists
	text, err := json.Marshal(v)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("description: %d KB, %d KB compressed\n", len(text)>>10, b.Len()>>10)
	return b.Bytes()
}

func write(name string, text []byte) {
	if err := os.WriteFile(name, text, 0o644); err != nil {
		log.Fatal(err)
	}
}
