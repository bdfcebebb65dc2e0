// SPDX-License-Identifier: Apache-2.0

package main

import (
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
)

// helmProvider is the provider block of hashicorp/helm 2.17.
// Source: https://registry.terraform.io/providers/hashicorp/helm/2.17.0/docs
func helmProvider() *tfjson.Schema {
	text, flag, list := cty.String, cty.Bool, tfjson.SchemaNestingModeList
	top := optional(nil, text, "helm_driver plugins_path registry_config_path repository_cache repository_config_path")
	optional(top, flag, "debug")
	optional(top, cty.Number, "burst_limit")

	exec := required("api_version command")
	optional(exec, cty.List(text), "args")
	optional(exec, cty.Map(text), "env")
	cluster := optional(nil, text, `client_certificate client_key cluster_ca_certificate config_context config_context_auth_info
		config_context_cluster config_path host password proxy_url tls_server_name token username`)
	optional(cluster, cty.List(text), "config_paths")
	optional(cluster, flag, "insecure")

	registry := required("url username password")
	return &tfjson.Schema{Block: block(top, map[string]*tfjson.SchemaBlockType{
		"experiments": nested(list, 1, block(optional(nil, flag, "manifest"), nil)),
		"kubernetes": nested(list, 1, block(cluster, map[string]*tfjson.SchemaBlockType{
			"exec": nested(list, 1, block(exec, nil)),
		})),
		"registry": nested(list, 0, block(registry, nil)),
	})}
}

// helmRelease is the resource helm_release of hashicorp/helm 2.17.
// Source: https://registry.terraform.io/providers/hashicorp/helm/2.17.0/docs/resources/release
func helmRelease() *tfjson.Schema {
	text, flag, set := cty.String, cty.Bool, tfjson.SchemaNestingModeSet
	top := required("chart name")
	optional(top, text, `description keyring namespace repository repository_ca_file repository_cert_file repository_key_file
		repository_password repository_username version`)
	top["version"].Computed, top["repository_password"].Sensitive = true, true
	optional(top, flag, `atomic cleanup_on_fail create_namespace dependency_update devel disable_crd_hooks
		disable_openapi_validation disable_webhooks force_update lint pass_credentials recreate_pods render_subchart_notes
		replace reset_values reuse_values skip_crds upgrade_install verify wait wait_for_jobs`)
	optional(top, cty.Number, "max_history timeout")
	optional(top, cty.List(text), "values")
	computed(top, text, "manifest status")
	optional(top, text, "id")
	top["id"].Computed = true
	computed(top, cty.List(cty.Object(map[string]cty.Type{
		"app_version": text, "chart": text, "first_deployed": cty.Number, "last_deployed": cty.Number, "name": text,
		"namespace": text, "notes": text, "revision": cty.Number, "values": text, "version": text,
	})), "metadata")

	value := optional(required("name value"), text, "type")
	secret := optional(required("name value"), text, "type")
	secret["value"].Sensitive = true
	values := required("name")
	values["value"] = &tfjson.SchemaAttribute{AttributeType: cty.List(text), Required: true}
	postrender := optional(required("binary_path"), cty.List(text), "args")
	return &tfjson.Schema{Version: 1, Block: block(top, map[string]*tfjson.SchemaBlockType{
		"postrender":    nested(tfjson.SchemaNestingModeList, 1, block(postrender, nil)),
		"set":           nested(set, 0, block(value, nil)),
		"set_list":      nested(tfjson.SchemaNestingModeList, 0, block(values, nil)),
		"set_sensitive": nested(set, 0, block(secret, nil)),
	})}
}
