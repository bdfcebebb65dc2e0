// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// A Signer signs with an RSA key of AWS KMS, so that no private key exists outside of it. It is safe for concurrent use.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
type Signer struct {
	key, region string
	role        string // "" if the environment's credentials sign
	env         map[string]string
	creds       held
}

// keyARN matches the ARN of a key or of an alias, and its region.
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN
var keyARN = lazily(`^arn:aws[a-z-]{0,30}:kms:([a-z0-9-]{1,60}):[0-9]{12}:(key|alias)/[\w/-]{1,256}$`)

// NewSigner returns the signer of a key (ARN). role, if not "", is assumed first by OIDC, as Grant says; else the keys
// of the environment are used. KMS is reached by AWS_ENDPOINT_URL_KMS where that is set. Nothing is asked before the
// first signature. The error is a *KeyError.
func NewSigner(o Options, key, role string) (*Signer, error) {
	s := &Signer{key: key, role: role, env: maps.Clone(o.Environ), creds: ambient(o.Environ)}
	arn := keyARN().FindStringSubmatch(key)
	if arn == nil {
		return nil, s.error(&fault{problem: "it is not the ARN of a key", hint: "name it as `aws kms describe-key` does: arn:aws:kms:eu-west-1:111122223333:key/…; the region is taken from there"})
	}
	s.region = arn[1]
	if role == "" {
		return s, nil
	}
	session, problem := newBroker(o).session(&Grant{Role: role, Region: s.region, Session: "layerbot-app"})
	if problem != nil {
		return nil, s.error(&fault{problem: "role " + role + ": " + problem.problem, hint: "name the role that may sign as arn:aws:iam::111122223333:role/NAME"})
	}
	s.creds = held{session: session}
	return s, nil
}

// What KMS takes as a whole; of anything longer it is given the digest.
const maxMessage = 4096

// Sign returns the RSASSA-PKCS1-v1_5 signature with SHA-256 of message. It is the same for the same message. The error
// is a *KeyError, which has a Hint and holds nothing of what AWS answered but words of a closed list, or that of ctx.
func (s *Signer) Sign(ctx context.Context, message []byte) ([]byte, error) {
	in := &kms.SignInput{KeyId: &s.key, SigningAlgorithm: types.SigningAlgorithmSpecRsassaPkcs1V15Sha256, MessageType: types.MessageTypeRaw, Message: message}
	if len(message) > maxMessage {
		digest := sha256.Sum256(message)
		in.MessageType, in.Message = types.MessageTypeDigest, digest[:]
	}
	signature, problem := s.ask(ctx, in)
	switch {
	case problem == nil:
		return signature, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("sign with the KMS key %s: %w", s.key, ctx.Err())
	}
	return nil, s.error(problem)
}

// ask makes one request, which takes up to callLimit once there are credentials.
func (s *Signer) ask(ctx context.Context, in *kms.SignInput) ([]byte, *fault) {
	keys, problem := s.creds.keys(ctx)
	if problem != nil {
		return nil, s.unsigned(problem)
	}
	client, problem := httpClient(s.env)
	if problem != nil {
		return nil, problem
	}
	defer client.CloseIdleConnections()
	o := kms.Options{Region: s.region, Credentials: signing(keys), HTTPClient: client, BaseEndpoint: endpoint(s.env, "KMS"), Retryer: retryer(callWait)}
	o.EndpointOptions.UseFIPSEndpoint, o.EndpointOptions.UseDualStackEndpoint = fips(s.env), dualStack(s.env)
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	out, err := kms.New(o).Sign(ctx, in)
	switch {
	case err != nil:
		return nil, s.refused(err)
	case len(out.Signature) < minSignature:
		return nil, &fault{problem: "KMS answered without a signature", hint: "look at AWS_ENDPOINT_URL_KMS and the proxy: what answered may not be AWS"}
	}
	return out.Signature, nil
}

// minSignature is as long as a signature with the shortest RSA key that KMS has, 2048 bits.
const minSignature = 256
