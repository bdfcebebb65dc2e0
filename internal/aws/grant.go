// SPDX-License-Identifier: Apache-2.0

package aws

import "time"

// A Grant says which role a target is given, and within which bounds. It holds no credential: gate makes it from the
// base branch's configuration, and it travels in the ticket.
type Grant struct {
	Role    string `json:"role"`              // ARN: the plan role for plans, the apply role for applies; never both
	Region  string `json:"region"`            // "eu-west-1"
	Session string `json:"session,omitempty"` // RoleSessionName, "layerbot-pr-12-4711"
	Seconds int    `json:"seconds,omitempty"` // how long a session lasts; 0 leaves it to AWS (an hour)
	State   *State `json:"state,omitempty"`   // bounds of a plan's session; nil: what the role itself may do
}

// Duration is how long a session lasts; 0 leaves it to AWS.
func (g *Grant) Duration() time.Duration { return time.Duration(g.Seconds) * time.Second }

// State is what the session policy of a plan admits in buckets that hold states: reading the target's own state and
// those that it reads by declaration, and writing nothing but the own state's lock file. Other buckets, and other
// services, are the role's affair.
type State struct {
	Own     Object   `json:"own,omitzero"`      // zero: it is not in S3
	Reads   []Object `json:"reads,omitempty"`   // of the layers it builds on, and what its remote_state data name
	Buckets []string `json:"buckets,omitempty"` // that hold states, beside those of Own and Reads: none of these is read
}

// An Object is one object in S3.
type Object struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
}
