// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"github.com/zclconf/go-cty/cty"
)

// ValidateDataSourceConfig accepts what the schema accepts; aws_iam_policy_document is checked when it is read.
func (s *Server) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

// ReadDataSource finds what the configuration looks for: there is always one.
func (s *Server) ReadDataSource(_ context.Context, req *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	t, err := s.store.Find(schema.Data, req.TypeName)
	if err != nil {
		return nil, err
	}
	config, err := decode(req.Config, t)
	if err != nil {
		return nil, err
	}
	d := s.asked("data", req.TypeName, config)
	var found cty.Value
	if d == nil {
		found, d = s.look(req.TypeName, t.Block, config)
	}
	if d != nil {
		return &tfprotov5.ReadDataSourceResponse{Diagnostics: []*tfprotov5.Diagnostic{d}}, nil
	}
	s.settings.log("data", req.TypeName, text(attribute(found, "id")))
	state, err := encode(found, t)
	return &tfprotov5.ReadDataSourceResponse{State: state}, err
}

// look is the object that a data source finds.
func (s *Server) look(typ string, b *schema.Block, config cty.Value) (cty.Value, *tfprotov5.Diagnostic) {
	if typ == "aws_iam_policy_document" {
		found, err := policyDocument(config)
		if err != nil {
			return config, failed("Invalid policy document", err.Error())
		}
		return found, nil
	}
	// A data source finds an object as the resource of the same type makes it, unless it is said otherwise.
	shape := maps.Clone(shapes[typ])
	if shape == nil {
		shape = map[string]string{}
	}
	maps.Copy(shape, lookShapes[typ])
	return s.found(typ, b, config, shape), nil
}

// dataShapes is for data sources that are called as no resource is.
var dataShapes = map[string]map[string]string{
	"aws_caller_identity": {"id": "<account>", "account_id": "<account>", "user_id": "AROA<upper:17>:standin",
		"arn": "arn:<partition>:sts::<account>:assumed-role/standin/standin"},
	"aws_partition": {"id": "<partition>", "partition": "<partition>", "dns_suffix": "<suffix>", "reverse_dns_prefix": "com.amazonaws"},
	"aws_region":    {"id": "<region>", "name": "<region>", "endpoint": "ec2.<region>.<suffix>", "description": "A region"},
	"aws_availability_zones": {"id": "<region>", "names": `["<region>a","<region>b","<region>c"]`,
		"zone_ids": `["<region>-az1","<region>-az2","<region>-az3"]`, "group_names": `["<region>"]`},
	"aws_ami": {"id": "ami-<hex:17>", "image_id": "<id>", "arn": "arn:<partition>:ec2:<region>::image/<id>", "architecture": "x86_64",
		"name": "al2023-ami-2023.9.20260101.0-kernel-6.12-x86_64", "owner_id": "137112412989", "creation_date": "<moment>",
		"root_device_name": "/dev/xvda", "root_device_type": "ebs", "state": "available", "virtualization_type": "hvm",
		"image_type": "machine", "hypervisor": "xen", "platform_details": "Linux/UNIX", "image_owner_alias": "amazon"},
	"aws_prefix_list":         {"id": "pl-<hex:8>", "name": "com.amazonaws.<region>.s3", "cidr_blocks": `["203.0.113.0/24"]`},
	"aws_iam_roles":           {"id": "<region>", "names": `["<name_regex>"]`, "arns": `["arn:<partition>:iam::<account>:role/standin"]`},
	"aws_canonical_user_id":   {"id": "<hex:64>", "display_name": "standin"},
	"aws_elb_service_account": {"id": "156460612806", "arn": "arn:<partition>:iam::156460612806:root"},
	"aws_subnets":             {"id": "<region>", "ids": `["subnet-0000000000000000a","subnet-0000000000000000b","subnet-0000000000000000c"]`},
	"aws_security_groups":     {"id": "<region>", "ids": `["sg-<hex:17>"]`, "arns": `["arn:<partition>:ec2:<region>:<account>:security-group/sg-<hex:17>"]`},
	"aws_service_principal":   {"id": "<service_name>.<region>.<suffix>", "name": "<service_name>.<suffix>", "suffix": "<suffix>"},
	"aws_iam_session_context": {"id": "<arn>", "issuer_arn": "<arn>", "issuer_name": "standin", "issuer_id": "AROA<upper:17>", "session_name": ""},
	"aws_organizations_organization": {"id": "o-<hex:10>", "arn": "arn:<partition>:organizations::<account>:organization/<id>",
		"master_account_id": "<account>", "feature_set": "ALL"},
	"aws_eks_clusters": {"id": "<region>", "names": `[]`},
	"aws_ip_ranges":    {"id": "1", "cidr_blocks": `["203.0.113.0/24"]`, "create_date": "<moment>", "sync_token": "1"},
	"aws_vpc_endpoint_service": {"id": "vpce-svc-<hex:17>", "service_id": "<id>", "service_name": "com.amazonaws.<region>.<service>",
		"arn": "arn:<partition>:ec2:<region>:<account>:vpc-endpoint-service/<id>", "owner": "amazon", "service_type": "Interface",
		"availability_zones": `["<region>a","<region>b","<region>c"]`, "base_endpoint_dns_names": `["<service>.<region>.vpce.<suffix>"]`,
		"private_dns_name": "<service>.<region>.<suffix>", "private_dns_names": `["<service>.<region>.<suffix>"]`, "region": "<region>",
		"service_regions": `["<region>"]`, "supported_ip_address_types": `["ipv4"]`, "vpc_endpoint_policy_supported": "true"},
	"aws_default_tags": {"id": "<partition>"},
}

// lookShapes is where a data source finds other attributes than the resource of its name has.
var lookShapes = map[string]map[string]string{
	"aws_vpc":    {"cidr_block": "10.0.0.0/16", "state": "available"},
	"aws_subnet": {"cidr_block": "10.0.0.0/24", "state": "available", "vpc_id": "vpc-<hex:17>"},
	"aws_ec2_managed_prefix_list": {"arn": "arn:<partition>:ec2:<region>:aws:prefix-list/<id>", "owner_id": "AWS",
		"name": "com.amazonaws.<region>.s3", "id": "pl-<hex:8>", "max_entries": "55", "address_family": "IPv4"},
	"aws_iam_policy": {"arn": "arn:<partition>:iam::aws:policy/<name>", "name": "Standin",
		"policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`},
	"aws_ssm_parameter": {"value": "ami-<hex:17>", "insecure_value": "ami-<hex:17>", "type": "String",
		"arn": "arn:<partition>:ssm:<region>::parameter<name>"},
	"aws_eks_cluster": {"version": "1.35", "role_arn": "arn:<partition>:iam::<account>:role/<name>", "enabled_cluster_log_types": `["api","audit","authenticator","controllerManager","scheduler"]`,
		"vpc_config": `[{"cluster_security_group_id":"sg-<hex:17>","endpoint_private_access":true,"endpoint_public_access":false,"vpc_id":"vpc-<hex:17>","subnet_ids":["subnet-<hex:17>"],"security_group_ids":["sg-<hex:17>"],"public_access_cidrs":[]}]`},
	"aws_secretsmanager_secret_version": {"secret_string": Canary + "-secret-<hex:24>"},
	"aws_iam_openid_connect_provider":   {"url": "token.actions.githubusercontent.com", "client_id_list": `["sts.amazonaws.com"]`},
	"aws_kms_key":                       {"id": "<key_id>", "arn": "arn:<partition>:kms:<region>:<account>:key/<uuid>", "key_state": "Enabled", "enabled": "true"},
	"aws_kms_alias":                     {"target_key_id": "<uuid>", "target_key_arn": "arn:<partition>:kms:<region>:<account>:key/<target_key_id>"},
}

// CallFunction is never called: no functions are served.
func (s *Server) CallFunction(context.Context, *tfprotov5.CallFunctionRequest) (*tfprotov5.CallFunctionResponse, error) {
	return &tfprotov5.CallFunctionResponse{Error: &tfprotov5.FunctionError{Text: "the stand-in serves no functions"}}, nil
}

// GetFunctions lists no functions.
func (s *Server) GetFunctions(context.Context, *tfprotov5.GetFunctionsRequest) (*tfprotov5.GetFunctionsResponse, error) {
	return &tfprotov5.GetFunctionsResponse{Functions: map[string]*tfprotov5.Function{}}, nil
}
