// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"github.com/zclconf/go-cty/cty"
)

// Canary is a part of every secret that the stand-in gives out: where it is found, a secret has leaked.
const Canary = "standin-canary"

// ephemeralShapes is what ephemeral resources open with.
var ephemeralShapes = map[string]map[string]string{
	"aws_eks_cluster_auth":                                     {"token": "k8s-aws-v1." + Canary + "-token-<hex:24>"},
	"aws_secretsmanager_secret_version":                        {"arn": "<secret_id>", "secret_string": Canary + "-secret-<hex:24>", "version_id": "<hex:32>", "created_date": "<moment>", "version_stages": `["AWSCURRENT"]`},
	"aws_secretsmanager_random_password":                       {"random_password": Canary + "-password-<hex:12>"},
	"aws_ssm_parameter":                                        {"value": Canary + "-parameter-<hex:24>", "type": "SecureString", "version": "1"},
	"aws_kms_secrets":                                          {"plaintext": "{}"},
	"aws_lambda_invocation":                                    {"result": `{"secret":"` + Canary + `"}`},
	"aws_cognito_identity_openid_token_for_developer_identity": {"token": Canary + "-token-<hex:24>"},
}

// ValidateEphemeralResourceConfig accepts what the schema accepts.
func (s *Server) ValidateEphemeralResourceConfig(context.Context, *tfprotov5.ValidateEphemeralResourceConfigRequest) (*tfprotov5.ValidateEphemeralResourceConfigResponse, error) {
	return &tfprotov5.ValidateEphemeralResourceConfigResponse{}, nil
}

// OpenEphemeralResource makes up a secret.
func (s *Server) OpenEphemeralResource(_ context.Context, req *tfprotov5.OpenEphemeralResourceRequest) (*tfprotov5.OpenEphemeralResourceResponse, error) {
	t, err := s.store.Find(schema.Ephemeral, req.TypeName)
	if err != nil {
		return nil, err
	}
	config, err := decode(req.Config, t)
	if err != nil {
		return nil, err
	}
	if d := s.asked("open", req.TypeName, config); d != nil {
		return &tfprotov5.OpenEphemeralResourceResponse{Diagnostics: []*tfprotov5.Diagnostic{d}}, nil
	}
	result, err := encode(s.found(req.TypeName, t.Block, config, ephemeralShapes[req.TypeName]), t)
	s.settings.log("open", req.TypeName, "")
	return &tfprotov5.OpenEphemeralResourceResponse{Result: result}, err
}

// found is an object that is there, of which the configuration says how to find it.
func (s *Server) found(typ string, b *schema.Block, config cty.Value, shape map[string]string) cty.Value {
	v := s.planBlock(b, cty.NullVal(config.Type()), config, true)
	m := newMaker(typ, s.at, v, shape)
	return m.block(b, v, "")
}

// RenewEphemeralResource and CloseEphemeralResource have nothing to do.
func (s *Server) RenewEphemeralResource(context.Context, *tfprotov5.RenewEphemeralResourceRequest) (*tfprotov5.RenewEphemeralResourceResponse, error) {
	return &tfprotov5.RenewEphemeralResourceResponse{}, nil
}

// CloseEphemeralResource has nothing to do.
func (s *Server) CloseEphemeralResource(context.Context, *tfprotov5.CloseEphemeralResourceRequest) (*tfprotov5.CloseEphemeralResourceResponse, error) {
	return &tfprotov5.CloseEphemeralResourceResponse{}, nil
}
