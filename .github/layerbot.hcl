# The layers of this repository stand below infra; see infra/README.md.
# Value files are named: infra/test is a folder of tests, and would be taken for one of the environment test.
layers {
  include   = ["infra/[0-9][0-9]-*"]
  var_files = ["infra/common.auto.tfvars", "{dir}/environments/{env}/*.tfvars"]
}

terraform {
  providers = ["hashicorp/aws", "hashicorp/helm"]
  deny      = ["data.external", "data.http", "provisioner.*"]
}

environment "dev" {
  aws {
    region     = "eu-west-1"
    plan_role  = "arn:aws:iam::111122223333:role/layerbot-dev-euw1-plan"
    apply_role = "arn:aws:iam::111122223333:role/layerbot-dev-euw1-apply"
  }
}

environment "test" {
  aws {
    region     = "eu-west-1"
    plan_role  = "arn:aws:iam::444455556666:role/layerbot-test-euw1-plan"
    apply_role = "arn:aws:iam::444455556666:role/layerbot-test-euw1-apply"
  }
  previous = "dev"
}

environment "prod" {
  aws {
    region     = "eu-west-1"
    plan_role  = "arn:aws:iam::777788889999:role/layerbot-prod-euw1-plan"
    apply_role = "arn:aws:iam::777788889999:role/layerbot-prod-euw1-apply"
  }
  previous = "test"
  require  = ["approved"]
}

environment "sbx" {
  aws {
    region     = "eu-west-1"
    plan_role  = "arn:aws:iam::123456789012:role/layerbot-sbx-euw1-plan"
    apply_role = "arn:aws:iam::123456789012:role/layerbot-sbx-euw1-apply"
  }
}

# A plan and its apply need the same ones: variables that Terraform keeps in neither plan nor state.
layer "compute" {
  secret "acr_username" { env = "ACR_USERNAME" }
  secret "acr_password" { env = "ACR_PASSWORD" }
}

policies {
  paths     = ["policies", "infra/policies"]
  manifests = ["infra/*/manifests/*.yaml"]
}

scanner "trivy" { fail_on = "high" }
scanner "tfsec" { fail_on = "high" }
scanner "checkov" { fail_on = "high" }
scanner "gitleaks" { fail_on = "low" }
scanner "tflint" {}
