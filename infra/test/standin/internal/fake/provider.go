// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// A Server is the stand-in of one provider.
type Server struct {
	name     string
	store    *schema.Store
	settings *Settings
	at       place
	tags     map[string]cty.Value // of default_tags
}

var _ tfprotov5.ProviderServer = (*Server)(nil)

// A place is where made-up objects are.
type place struct{ partition, region, account, suffix string }

// New is a provider that is not configured yet: it is in account 123456789012 and eu-west-1.
func New(name string, store *schema.Store, settings *Settings) *Server {
	return &Server{name: name, store: store, settings: settings, at: placeOf("eu-west-1", "123456789012")}
}

func placeOf(region, account string) place {
	p := place{partition: "aws", region: region, account: account, suffix: "amazonaws.com"}
	switch {
	case strings.HasPrefix(region, "cn-"):
		p.partition, p.suffix = "aws-cn", "amazonaws.com.cn"
	case strings.HasPrefix(region, "us-gov-"):
		p.partition = "aws-us-gov"
	}
	return p
}

// GetMetadata lists no types: Terraform then asks for the schema.
func (s *Server) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	return &tfprotov5.GetMetadataResponse{ServerCapabilities: &tfprotov5.ServerCapabilities{GetProviderSchemaOptional: true, PlanDestroy: true}}, nil
}

// GetProviderSchema is never reached: answerSchemas answers before it.
func (s *Server) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return nil, errors.New("the schema is served as bytes")
}

// GetResourceIdentitySchemas says that no type has an identity.
func (s *Server) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

// PrepareProviderConfig leaves the configuration as it is.
func (s *Server) PrepareProviderConfig(_ context.Context, req *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: req.Config}, nil
}

// ConfigureProvider reads where objects are and what tags they all have.
func (s *Server) ConfigureProvider(_ context.Context, req *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	t, err := s.store.Find(schema.Provider, "")
	if err != nil {
		return nil, err
	}
	config, err := decode(req.Config, t)
	if err != nil {
		return nil, err
	}
	resp := &tfprotov5.ConfigureProviderResponse{}
	if s.name != "aws" {
		return resp, nil
	}
	region, account := s.at.region, s.at.account
	if v := config.GetAttr("region"); known(v) {
		region = v.AsString()
	}
	if !regionName.MatchString(region) {
		resp.Diagnostics = append(resp.Diagnostics, failed("Invalid provider configuration", fmt.Sprintf("invalid AWS Region: %s", region), "region"))
	}
	if v := config.GetAttr("allowed_account_ids"); known(v) && v.LengthInt() > 0 && v.IsWhollyKnown() {
		account = v.AsValueSlice()[0].AsString()
	}
	if !accountID.MatchString(account) {
		resp.Diagnostics = append(resp.Diagnostics, failed("Invalid provider configuration", "an AWS account ID has 12 digits: "+account, "allowed_account_ids"))
	}
	s.at = placeOf(region, account)
	s.tags = defaultTags(config.GetAttr("default_tags"))
	return resp, nil
}

func defaultTags(blocks cty.Value) map[string]cty.Value {
	if !known(blocks) || blocks.LengthInt() == 0 {
		return nil
	}
	tags := blocks.AsValueSlice()[0].GetAttr("tags")
	if !known(tags) {
		return nil
	}
	return tags.AsValueMap()
}

// StopProvider has nothing to stop: no operation takes time.
func (s *Server) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

// known says that v is neither null nor unknown.
func known(v cty.Value) bool { return v != cty.NilVal && v.IsKnown() && !v.IsNull() }

// text is the string v, or "" where there is none to be known.
func text(v cty.Value) string {
	if !known(v) || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

func decode(d *tfprotov5.DynamicValue, t *schema.Type) (cty.Value, error) {
	if d == nil {
		return cty.NullVal(t.Value()), nil
	}
	return msgpack.Unmarshal(d.MsgPack, t.Value())
}

func encode(v cty.Value, t *schema.Type) (*tfprotov5.DynamicValue, error) {
	b, err := msgpack.Marshal(v, t.Value())
	if err != nil {
		return nil, err
	}
	return &tfprotov5.DynamicValue{MsgPack: b}, nil
}

func failed(summary, detail string, path ...string) *tfprotov5.Diagnostic {
	return &tfprotov5.Diagnostic{Severity: tfprotov5.DiagnosticSeverityError, Summary: summary, Detail: detail, Attribute: attributePath(path)}
}
