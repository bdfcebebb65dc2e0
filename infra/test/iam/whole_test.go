// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// whole are actions that AWS decides about without a resource: a statement that names one for them allows nothing. They are those
// that layers use, and their neighbours.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
var whole = map[string]string{
	"acm":                  "ListCertificates RequestCertificate",
	"autoscaling":          "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeTags",
	"cloudfront":           "CreateVpcOrigin",
	"ec2":                  "DeleteSubnetCidrReservation DescribeInstanceTypes DescribeInstances DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets DescribeVpcs",
	"ecr":                  "CreatePullThroughCacheRule CreateRepositoryCreationTemplate DeletePullThroughCacheRule DeleteRepositoryCreationTemplate GetAuthorizationToken PutRegistryPolicy PutRegistryScanningConfiguration PutReplicationConfiguration UpdatePullThroughCacheRule UpdateRepositoryCreationTemplate",
	"eks":                  "CreateCluster",
	"elasticloadbalancing": "DescribeLoadBalancers DescribeTags DescribeTargetHealth SetWebAcl",
	"events":               "PutPermission",
	"iam":                  "ListServerCertificates",
	"inspector2":           "Disable Enable",
	"kms":                  "CreateKey",
	"ram":                  "CreateResourceShare",
	"route53":              "CreateHostedZone ListHostedZones ListHostedZonesByName",
	"s3":                   "ListAllMyBuckets",
	"secretsmanager":       "BatchGetSecretValue ListSecrets",
	"shield":               "CreateProtection CreateSubscription GetSubscriptionState",
	"sqs":                  "ListQueues",
	"ssm":                  "DescribeParameters",
	"transcribe":           "ListTranscriptionJobs StartStreamTranscription StartStreamTranscriptionWebSocket StartTranscriptionJob",
}

// What a role is meant to have, AWS gives it: a statement that narrows what cannot be narrowed looks careful, and is nothing.
func TestNothingIsNarrowedThatCannotBe(t *testing.T) {
	chain, err := plans.Of(t.Context(), plans.Everything)
	if err != nil {
		t.Fatal(err)
	}
	roles, err := iam.Roles(chain)
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, r := range roles {
		for _, s := range r.Policies {
			if !s.Allows() {
				continue
			}
			for service, names := range whole {
				for name := range strings.FieldsSeq(names) {
					// A pattern is for what it can be for.
					if !slices.ContainsFunc(s.Actions, func(a string) bool { return strings.EqualFold(a, service+":"+name) }) {
						continue
					}
					looked++
					if !slices.Contains(s.Resources, "*") {
						t.Errorf("%s: %s allows %s:%s on %v, and AWS knows no resource for it: it takes a star", r.Name, s.Sid, service, name, s.Resources)
					}
					for _, c := range s.Conditions {
						if strings.HasPrefix(c.Key, "aws:ResourceTag/") {
							t.Errorf("%s: %s allows %s:%s by tags of a resource, and there is none", r.Name, s.Sid, service, name)
						}
					}
				}
			}
		}
	}
	if looked < 30 {
		t.Errorf("only %d such actions were found", looked)
	}
}
