// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/plans"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// Document is one policy document, and where it is.
type Document struct {
	Layer      string // 05-compute
	Address    string // of the resource that holds it
	Type       string // of that resource
	What       string // trust, policy, or resource policy
	Statements []Statement
}

// Own is true of documents in which "*" as a resource is the thing itself: the policies of keys and their like.
func (d Document) Own() bool {
	return d.What == "resource policy" && d.Type != "aws_s3_bucket_policy"
}

// attributes of resources that hold policy documents.
var holders = map[string]map[string]string{
	"aws_iam_role":                         {"assume_role_policy": "trust"},
	"aws_iam_role_policy":                  {"policy": "policy"},
	"aws_iam_policy":                       {"policy": "policy"},
	"aws_kms_key":                          {"policy": "resource policy"},
	"aws_kms_key_policy":                   {"policy": "resource policy"},
	"aws_s3_bucket_policy":                 {"policy": "resource policy"},
	"aws_sqs_queue":                        {"policy": "resource policy"},
	"aws_sqs_queue_policy":                 {"policy": "resource policy"},
	"aws_sns_topic":                        {"policy": "resource policy"},
	"aws_sns_topic_policy":                 {"policy": "resource policy"},
	"aws_secretsmanager_secret":            {"policy": "resource policy"},
	"aws_secretsmanager_secret_policy":     {"policy": "resource policy"},
	"aws_ecr_repository_policy":            {"policy": "resource policy"},
	"aws_ecr_registry_policy":              {"policy": "resource policy"},
	"aws_ecr_repository_creation_template": {"repository_policy": "resource policy"},
	"aws_vpc_endpoint":                     {"policy": "resource policy"},
	"aws_cloudwatch_log_resource_policy":   {"policy_document": "resource policy"},
}

// Documents are all policy documents of a chain, in the order of the layers. What a type holds by a name that looks like a policy
// and that is not known here is an error: a new kind of document is not overlooked.
func Documents(c *plans.Chain) ([]Document, error) {
	var all []Document
	for _, layer := range tree.Layers {
		for _, r := range c.Layers[layer].Resources {
			if r.Mode != "managed" {
				continue
			}
			if inside(r.Values) > 0 {
				return nil, fmt.Errorf("%s: %s holds a policy document in a block: give it a resource of its own", layer, r.Address)
			}
			for attribute, v := range r.Values {
				text, _ := v.(string)
				if !isDocument(text) {
					continue
				}
				what, known := holders[r.Type][attribute]
				if !known {
					return nil, fmt.Errorf("%s: %s.%s holds a policy document of a kind that is not known here", layer, r.Address, attribute)
				}
				statements, err := Parse(text)
				if err != nil {
					return nil, fmt.Errorf("%s: %s: %w", layer, r.Address, err)
				}
				if r.Type == "aws_vpc_endpoint" && isDefault(statements) {
					continue
				}
				all = append(all, Document{layer, r.Address, r.Type, what, statements})
			}
		}
	}
	return all, nil
}

func isDocument(text string) bool { return strings.Contains(text, `"Statement"`) }

// inside counts the policy documents in blocks, such as inline_policy of a role.
func inside(values map[string]any) int {
	var count func(v any) int
	count = func(v any) (n int) {
		switch v := v.(type) {
		case string:
			if isDocument(v) {
				n = 1
			}
		case []any:
			for _, e := range v {
				n += count(e)
			}
		case map[string]any:
			for _, e := range v {
				n += count(e)
			}
		}
		return n
	}
	n := 0
	for _, v := range values {
		if _, text := v.(string); !text {
			n += count(v)
		}
	}
	return n
}

// isDefault is true of the policy that AWS gives an endpoint for which no layer says one: it has no sid, and lets everything
// through. It grants nothing: the caller's role and the resource decide.
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy
func isDefault(statements []Statement) bool {
	return len(statements) == 1 && statements[0].Sid == "" && statements[0].Allows() && len(statements[0].Conditions) == 0 &&
		slices.Equal(statements[0].Actions, []string{"*"}) && slices.Equal(statements[0].Resources, []string{"*"})
}

// Role is a role with all that it may do.
type Role struct {
	Layer    string
	Address  string
	Name     string
	ARN      string
	Boundary string
	Trust    []Statement
	Policies []Statement // of its inline and of our own managed policies
	Managed  []string    // ARNs of AWS's policies
	attached int         // how many of our own managed policies it has
}

// kinds are the resources of IAM that the layers are made of. What else there is gives permissions in ways that nobody looks at.
var kinds = []string{
	"aws_iam_instance_profile", "aws_iam_openid_connect_provider", "aws_iam_policy", "aws_iam_role", "aws_iam_role_policy",
	"aws_iam_role_policy_attachment",
}

// Roles are all roles of a chain, by ARN in the order of layers, with what any layer gives them.
func Roles(c *plans.Chain) ([]Role, error) {
	var roles []Role
	for _, layer := range tree.Layers {
		for _, r := range c.Layers[layer].Resources {
			if r.Mode == "managed" && strings.HasPrefix(r.Type, "aws_iam_") && !slices.Contains(kinds, r.Type) {
				return nil, fmt.Errorf("%s: %s is of a kind that is not known here", layer, r.Address)
			}
		}
		for _, r := range c.Layers[layer].Of("aws_iam_role") {
			role := Role{Layer: layer, Address: r.Address, Name: r.Text("name"), ARN: r.Text("arn"), Boundary: r.Text("permissions_boundary")}
			var err error
			if role.Trust, err = Parse(r.Text("assume_role_policy")); err != nil {
				return nil, fmt.Errorf("%s: %w", r.Address, err)
			}
			for _, other := range tree.Layers {
				if err := role.policies(c.Layers[other], other == layer); err != nil {
					return nil, err
				}
			}
			if arns, _ := r.Values["managed_policy_arns"].([]any); len(arns) > len(role.Managed)+role.attached {
				return nil, fmt.Errorf("%s: managed_policy_arns has more than is attached: %v", r.Address, arns)
			}
			slices.Sort(role.Managed)
			roles = append(roles, role)
		}
	}
	return roles, nil
}

// policies collects what a layer attaches to a role; own is true of the layer that makes it.
func (role *Role) policies(l *plans.Layer, own bool) error {
	add := func(r plans.Resource) error {
		statements, err := Parse(r.Text("policy"))
		if err != nil {
			return fmt.Errorf("%s: %w", r.Address, err)
		}
		role.Policies = append(role.Policies, statements...)
		return nil
	}
	inline := l.With("aws_iam_role_policy", "role", role.Name)
	attached := l.With("aws_iam_role_policy_attachment", "role", role.Name)
	if !own && len(inline)+len(attached) > 0 {
		return fmt.Errorf("%s gives permissions to %s, a role of another layer", l.Name, role.Name)
	}
	for _, p := range inline {
		if err := add(p); err != nil {
			return err
		}
	}
	for _, a := range attached {
		arn := a.Text("policy_arn")
		ours := l.With("aws_iam_policy", "arn", arn)
		switch {
		case len(ours) == 1:
			role.attached++
			if err := add(ours[0]); err != nil {
				return err
			}
		case strings.Contains(arn, ":iam::aws:policy/"):
			role.Managed = append(role.Managed, arn)
		default:
			return fmt.Errorf("%s attaches %s, which no layer makes", a.Address, arn)
		}
	}
	return nil
}

// Has is true where an AWS policy of this name is attached.
func (role Role) Has(name string) bool {
	return slices.ContainsFunc(role.Managed, func(arn string) bool { return arn[strings.LastIndex(arn, "/")+1:] == name })
}

// May are the allowing statements that name an action.
func (role Role) May(action string) []Statement {
	var found []Statement
	for _, s := range role.Policies {
		if s.Allows() && s.Does(action) {
			found = append(found, s)
		}
	}
	return found
}
