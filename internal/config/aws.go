// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"time"

	"github.com/hashicorp/hcl/v2"
)

type awsBlock struct {
	Body      hcl.Body `hcl:",body"`
	Region    string   `hcl:"region"`
	PlanRole  string   `hcl:"plan_role"`
	ApplyRole string   `hcl:"apply_role,optional"`
	Duration  string   `hcl:"session_duration,optional"`
	Policy    string   `hcl:"session_policy,optional"`
}

var (
	awsRegion = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d{1,2}$`)
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
	roleARN = regexp.MustCompile(`^arn:aws(-[a-z]+)*:iam::\d{12}:role/([\x21-\x7e]+/)?[\w+=,.@-]{1,64}$`)
)

// config returns the checked block; nil for a nil one.
func (b *awsBlock) config(c *checker) *AWS {
	if b == nil {
		return nil
	}
	const role = `a role's ARN such as "arn:aws:iam::123456789012:role/layerbot-plan"`
	c.matches(b.Body, "region", b.Region, awsRegion, `a region such as "eu-west-1"`)
	c.matches(b.Body, "plan_role", b.PlanRole, roleARN, role)
	c.matches(b.Body, "apply_role", b.ApplyRole, roleARN, role)
	for argument, value := range map[string]string{"region": b.Region, "plan_role": b.PlanRole} {
		if value == "" {
			c.fail(at(b.Body, argument), "Malformed value", "%s is empty.", argument)
		}
	}
	if b.PlanRole != "" && b.PlanRole == b.ApplyRole {
		c.fail(at(b.Body, "apply_role"), "One role for two powers", "plan_role and apply_role are the same. Planning runs code nobody has reviewed: it needs a role of its own that can only read.")
	}
	c.oneOf(b.Body, "session_policy", b.Policy, "state", "none")
	return &AWS{
		Region: b.Region, PlanRole: b.PlanRole, ApplyRole: b.ApplyRole,
		SessionDuration: c.session(b.Body, b.Duration), NoSessionPolicy: b.Policy == "none",
	}
}

// session returns how long a session is to last; 0 for what AWS would refuse, or no word on it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
func (c *checker) session(body hcl.Body, value string) time.Duration {
	if value == "" {
		return 0
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < 15*time.Minute || d > 12*time.Hour || d%time.Second != 0 {
		c.fail(at(body, "session_duration"), "Malformed value",
			"session_duration is %q. It must be 15 minutes to 12 hours in whole seconds, as in \"1h\" or \"90m\", and not above the role's own maximum.", value)
		return 0
	}
	return d
}
