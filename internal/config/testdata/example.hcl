layers {
  include    = ["infra/[0-9][0-9]-*"]
  exclude    = []
  var_files  = ["common.auto.tfvars", "{dir}/environments/{env}/*.tfvars"]
  backend {
    file   = "{dir}/environments/{env}/backend-config.hcl"
    values = { key = "{layer}/terraform.tfstate" }
  }
}
terraform {
  version   = "1.11.4"
  providers = ["hashicorp/*", "registry.example.com/acme/*"]
  deny      = ["data.external", "provisioner.*", "module.git::*"]
  pass_env  = ["ARM_*", "CLOUDFLARE_API_TOKEN"]
  sensitive = ["aws_db_instance.*.password", "**.connection_string"]
}

environment "test" {}
environment "prod" {
  branch            = "prod"
  previous          = "test"
  when_plan_changed = "apply"
  unreviewed        = "apply"
  volatile          = ["**.tags_all[\"governance:SemanticVersion\"]"]
  appliers          = ["@acme/platform", "octocat"]
  require           = ["approved"]
  aws {
    region     = "eu-west-1"
    plan_role  = "arn:aws:iam::123456789012:role/layerbot-plan"
    apply_role = "arn:aws:iam::123456789012:role/layerbot-apply"

    session_duration = "1h30m"
    session_policy   = "none"
  }
}
layer "compute" {
  depends_on         = ["infrastructure"]
  backend_may_change = true
  secret "acr_username" { env = "ACR_USERNAME" }
  secret "acr_password" { onepassword = "op://infra/azurecr/password" }
  secret "license" { file = "/run/secrets/license" }
  secret "database_password" { aws = "prod/database#password" }
  variable "semantic_version" {
    command = "git describe --tags --exact-match"
    default = "0.0.0"
  }
}
scanner "trivy" {
  version = "0.66.0"
  sha256  = "00000000000000000000000000000000000000000000000000000000000000ff"
}
scanner "checkov" {
  fail_on  = "high"
  required = true
}
findings {
  scope         = "all"
  code_scanning = false
}
policies {
  paths     = ["policies"]
  manifests = ["deploy/**/*.yaml"]
  fail_on   = "critical"
}
recovery {
  recipients = [
    "age1a322levagwszq02pmqnc86w7kcm3ekta2jm6sew36h82alxkvftsyvvpdp",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICbNSIy7/3dCeUEK1CjOgkOMtuj8v2uJ9RW+2Qcme552 me@example.com",
  ]
}
