// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// On a machine whose clock is behind, a session seems to last longer than it does; it is not taken for that.
func TestASessionLastsNoLongerThanItWasAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		seconds int
		answer  time.Duration
		want    time.Duration
	}{
		"as asked":                   {seconds: 7200, answer: 2 * time.Hour, want: 2 * time.Hour},
		"ends sooner":                {seconds: 7200, answer: time.Hour, want: time.Hour},
		"clock behind":               {seconds: 900, answer: time.Hour, want: 15 * time.Minute},
		"clock behind, not asked":    {answer: 90 * time.Minute, want: time.Hour},
		"an hour, and not asked for": {answer: time.Hour, want: time.Hour},
	} {
		x := &exchange{issuer: issuer{learn: func(string) {}}, grant: Grant{Seconds: c.seconds}}
		got, problem := x.credentials(&sts.AssumeRoleWithWebIdentityOutput{Credentials: &types.Credentials{
			AccessKeyId: aws.String("a"), SecretAccessKey: aws.String("s"), SessionToken: aws.String("t"), Expiration: aws.Time(time.Now().Add(c.answer)),
		}})
		if problem != nil || time.Until(got.Expires).Round(time.Minute) != c.want {
			t.Errorf("%s: expires in %v, want %v (%v)", name, time.Until(got.Expires), c.want, problem)
		}
	}
}
