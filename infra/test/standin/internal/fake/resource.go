// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// ValidateResourceTypeConfig makes the checks of the rules for the type.
func (s *Server) ValidateResourceTypeConfig(_ context.Context, req *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	t, err := s.store.Find(schema.Resource, req.TypeName)
	if err != nil {
		return nil, err
	}
	config, err := decode(req.Config, t)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: validate(req.TypeName, config)}, nil
}

// UpgradeResourceState reads a state as it is: there is one version of each schema. What the schema does not know falls
// away.
func (s *Server) UpgradeResourceState(_ context.Context, req *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	t, err := s.store.Find(schema.Resource, req.TypeName)
	if err != nil {
		return nil, err
	}
	if req.RawState == nil || req.RawState.JSON == nil {
		return nil, errors.New("a state of Terraform 0.11 cannot be read")
	}
	var stored map[string]json.RawMessage
	if err := json.Unmarshal(req.RawState.JSON, &stored); err != nil {
		return nil, err
	}
	for name := range stored {
		if !t.Value().HasAttribute(name) {
			delete(stored, name)
		}
	}
	for name := range t.Value().AttributeTypes() {
		if _, ok := stored[name]; !ok {
			stored[name] = json.RawMessage("null")
		}
	}
	raw, err := json.Marshal(stored)
	if err != nil {
		return nil, err
	}
	v, err := ctyjson.Unmarshal(raw, t.Value())
	if err != nil {
		return nil, err
	}
	upgraded, err := encode(v, t)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: upgraded}, err
}

// ReadResource finds what the state says, but for the drift that a test asks for.
func (s *Server) ReadResource(_ context.Context, req *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	t, err := s.store.Find(schema.Resource, req.TypeName)
	if err != nil {
		return nil, err
	}
	state, err := decode(req.CurrentState, t)
	if err != nil {
		return nil, err
	}
	if d := s.asked("read", req.TypeName, state); d != nil {
		return &tfprotov5.ReadResourceResponse{NewState: req.CurrentState, Diagnostics: []*tfprotov5.Diagnostic{d}}, nil
	}
	state, err = s.drifted(req.TypeName, state)
	if err != nil {
		return nil, err
	}
	found, err := encode(state, t)
	return &tfprotov5.ReadResourceResponse{NewState: found, Private: req.Private}, err
}

// PlanResourceChange says what a change would make of an object.
func (s *Server) PlanResourceChange(_ context.Context, req *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	t, prior, proposed, config, err := s.change(req.TypeName, req.PriorState, req.ProposedNewState, req.Config)
	if err != nil {
		return nil, err
	}
	resp := &tfprotov5.PlanResourceChangeResponse{PlannedState: req.ProposedNewState, PlannedPrivate: req.PriorPrivate}
	if d := s.asked("plan", req.TypeName, proposed); d != nil {
		resp.Diagnostics = append(resp.Diagnostics, d)
		return resp, nil
	}
	if proposed.IsNull() {
		return resp, nil
	}
	planned, replace := s.plan(req.TypeName, t.Block, prior, proposed)
	resp.Diagnostics = append(resp.Diagnostics, validatePlan(req.TypeName, config, planned)...)
	for _, name := range replace {
		resp.RequiresReplace = append(resp.RequiresReplace, tftypes.NewAttributePath().WithAttributeName(name))
	}
	// The real provider keeps the old type system, which lets a default stand where the configuration says nothing.
	resp.UnsafeToUseLegacyTypeSystem = len(defaults[req.TypeName]) > 0 //nolint:staticcheck // as the real provider does
	resp.PlannedState, err = encode(planned, t)
	return resp, err
}

// ApplyResourceChange makes up what the plan left unknown.
func (s *Server) ApplyResourceChange(_ context.Context, req *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	t, prior, planned, _, err := s.change(req.TypeName, req.PriorState, req.PlannedState, req.Config)
	if err != nil {
		return nil, err
	}
	operation, subject := "update", planned
	switch {
	case planned.IsNull():
		operation, subject = "delete", prior
	case prior.IsNull():
		operation = "create"
	}
	if d := s.asked(operation, req.TypeName, subject); d != nil {
		return &tfprotov5.ApplyResourceChangeResponse{NewState: req.PriorState, Diagnostics: []*tfprotov5.Diagnostic{d}}, nil
	}
	made := planned
	if !planned.IsNull() {
		made = s.fill(req.TypeName, t.Block, counted(prior, planned))
		subject = made
	}
	s.settings.log(operation, req.TypeName, text(attribute(subject, "id")))
	state, err := encode(made, t)
	resp := &tfprotov5.ApplyResourceChangeResponse{NewState: state, Private: req.PlannedPrivate}
	resp.UnsafeToUseLegacyTypeSystem = len(defaults[req.TypeName]) > 0 //nolint:staticcheck // as the real provider does
	return resp, err
}

// counted is the planned object with the numbers of versions that a change makes one higher.
func counted(prior, planned cty.Value) cty.Value {
	if prior.IsNull() {
		return planned
	}
	attributes := planned.AsValueMap()
	for _, name := range []string{"latest_version", "version"} {
		v, ok := attributes[name]
		if ok && !v.IsKnown() && v.Type() == cty.Number && known(prior.GetAttr(name)) {
			attributes[name] = prior.GetAttr(name).Add(cty.NumberIntVal(1))
		}
	}
	return cty.ObjectVal(attributes)
}

// change decodes the three values of a change.
func (s *Server) change(typ string, before, after, configured *tfprotov5.DynamicValue) (t *schema.Type, prior, planned, config cty.Value, err error) {
	t, err = s.store.Find(schema.Resource, typ)
	if err != nil {
		return
	}
	values := [3]cty.Value{}
	for i, d := range []*tfprotov5.DynamicValue{before, after, configured} {
		if values[i], err = decode(d, t); err != nil {
			return
		}
	}
	return t, values[0], values[1], values[2], nil
}

// ImportResourceState makes up an object of which the id alone is known.
func (s *Server) ImportResourceState(_ context.Context, req *tfprotov5.ImportResourceStateRequest) (*tfprotov5.ImportResourceStateResponse, error) {
	t, err := s.store.Find(schema.Resource, req.TypeName)
	if err != nil {
		return nil, err
	}
	attributes := map[string]cty.Value{}
	for name, a := range t.Block.Attributes {
		switch {
		case name == "id", name == "name" && a.Type == cty.String:
			attributes[name] = cty.StringVal(req.ID)
		case (a.Computed || a.Required) && !a.WriteOnly:
			attributes[name] = cty.UnknownVal(a.Type)
		default:
			attributes[name] = cty.NullVal(a.Type)
		}
	}
	for name, n := range t.Block.Blocks {
		attributes[name] = emptyOf(n.Type())
	}
	state, err := encode(s.fill(req.TypeName, t.Block, cty.ObjectVal(attributes)), t)
	return &tfprotov5.ImportResourceStateResponse{
		ImportedResources: []*tfprotov5.ImportedResource{{TypeName: req.TypeName, State: state}},
	}, err
}

// MoveResourceState is not offered to Terraform.
func (s *Server) MoveResourceState(context.Context, *tfprotov5.MoveResourceStateRequest) (*tfprotov5.MoveResourceStateResponse, error) {
	return nil, errors.New("the stand-in moves no resource to another type")
}

// UpgradeResourceIdentity is not offered to Terraform.
func (s *Server) UpgradeResourceIdentity(context.Context, *tfprotov5.UpgradeResourceIdentityRequest) (*tfprotov5.UpgradeResourceIdentityResponse, error) {
	return nil, errors.New("the stand-in has no identities")
}

// GenerateResourceConfig is not offered to Terraform.
func (s *Server) GenerateResourceConfig(context.Context, *tfprotov5.GenerateResourceConfigRequest) (*tfprotov5.GenerateResourceConfigResponse, error) {
	return nil, errors.New("the stand-in generates no configuration")
}

// asked is the error that a test asked for, or nil.
func (s *Server) asked(operation, typ string, v cty.Value) *tfprotov5.Diagnostic {
	if len(s.settings.Fail) == 0 {
		return nil
	}
	message := s.settings.failure(operation, typ, fingerprint(v))
	if message == "" {
		return nil
	}
	return failed(fmt.Sprintf("%s of %s failed", operation, typ), message)
}

// drifted is the object as a refresh finds it.
func (s *Server) drifted(typ string, state cty.Value) (cty.Value, error) {
	change, ok := s.settings.Drift[typ+"/"+text(attribute(state, "id"))]
	if !ok {
		change, ok = s.settings.Drift[typ]
	}
	if !ok || state.IsNull() {
		return state, nil
	}
	if change == nil {
		return cty.NullVal(state.Type()), nil
	}
	attributes := state.AsValueMap()
	for name, value := range change {
		if !state.Type().HasAttribute(name) {
			return state, fmt.Errorf("drift: %s has no attribute %q", typ, name)
		}
		v, err := fromGo(value, state.Type().AttributeType(name))
		if err != nil {
			return state, fmt.Errorf("drift of %s.%s: %w", typ, name, err)
		}
		attributes[name] = v
	}
	return cty.ObjectVal(attributes), nil
}
