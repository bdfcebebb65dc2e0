// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxPolicy is how many characters a session policy may have; packed it must fit in a space of its own, too, which
// only AWS can tell (PackedPolicyTooLarge).
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
const maxPolicy = 2048

// A statement of a policy that allows something.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type statement struct {
	Effect      string
	Action      []string `json:",omitempty"`
	NotAction   string   `json:",omitempty"`
	Resource    []string `json:",omitempty"`
	NotResource []string `json:",omitempty"`
}

// policy returns the session policy of a plan: what a session may do is what both it and the role's own policies allow.
//
//   - All but S3, and S3 but for the buckets that hold states, is as the role has it. That includes the keys of KMS
//     that states are encrypted with, lock tables in DynamoDB, and S3's access points: a role that may read states
//     through one of these is not held back here.
//   - Of buckets with states everything may be seen but objects. Their names may, all of them: without
//     s3:ListBucket S3 says "denied" for a state that does not exist yet, and it asks for that without a prefix.
//   - Of the objects, only the own state and those that are read by declaration may be read.
//   - Only the lock file of the own state may be written and deleted.
//
// MinIO refuses the first statement, which is about what it has not; it keeps to the others.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)
// https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
func (s *State) policy(partition string) (string, *fault) {
	arn := "arn:" + partition + ":s3:::"
	states := slices.Clone(s.Reads)
	var buckets, around, objects, locks []string
	if s.Own != (Object{}) {
		states = append(states, s.Own)
		locks = []string{arn + Object{s.Own.Bucket, s.Own.Key + ".tflock"}.name()}
	}
	for _, o := range states {
		if !bucketName().MatchString(o.Bucket) || o.Key == "" || !utf8.ValidString(o.Key) {
			return "", &fault{problem: fmt.Sprintf("no state can stand at %q in the bucket %q", o.Key, o.Bucket),
				hint: "correct `bucket` and `key` of the backend's configuration"}
		}
		buckets = append(buckets, arn+o.Bucket)
		objects = append(objects, arn+o.name())
	}
	for _, b := range s.Buckets {
		if bucketName().MatchString(b) { // no other exists
			buckets = append(buckets, arn+b)
		}
	}
	buckets, objects = distinct(buckets), distinct(objects)
	for _, b := range buckets {
		around = append(around, b, b+"/*")
	}
	text := document(slices.DeleteFunc([]statement{
		{NotAction: "s3:*", Resource: []string{"*"}},
		{Action: []string{"s3:*"}, NotResource: around},
		{Action: []string{"s3:Get*", "s3:List*"}, Resource: buckets},
		{Action: []string{"s3:GetObject*"}, Resource: objects},
		{Action: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}, Resource: locks},
	}, func(s statement) bool { return len(s.Resource)+len(s.NotResource) == 0 }))
	if n := utf8.RuneCountInString(text); n > maxPolicy {
		return "", &fault{problem: fmt.Sprintf("the session policy of its plan has %d characters, more than the %d that AWS takes", n, maxPolicy), hint: smaller}
	}
	return text, nil
}

// smaller is what to do about a session policy that is too large.
const smaller = "read fewer states in this layer, or give them shorter keys; `session_policy = \"none\"` in the environment's `aws` block" +
	" leaves it to the plan role which states a plan may read"

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and as they were before 2018
var bucketName = lazily(`^[A-Za-z0-9._-]{3,255}$`)

// name returns o as the last part of an ARN in a policy, where * and ? would stand for anything and ${…} for a variable.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
func (o Object) name() string {
	return o.Bucket + "/" + strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}").Replace(o.Key)
}

// partition returns that of a role's ARN; roles that are not AWS's own count as of the first.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func partition(role string) string {
	if m := roleARN().FindStringSubmatch(role); m != nil && strings.HasPrefix(m[1], "aws") {
		return m[1]
	}
	return "aws"
}

// document returns a policy that allows statements, without any space.
func document(statements []statement) string {
	for i := range statements {
		statements[i].Effect = "Allow"
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any{"Version": "2012-10-17", "Statement": statements}); err != nil {
		panic(err) // strings and lists of them always have a JSON form
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// distinct returns values sorted, each once.
func distinct(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}
