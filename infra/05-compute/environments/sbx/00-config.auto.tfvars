environment  = "sbx"
account_id   = "123456789012"
state_bucket = "layerbot-sbx-euw1-state"

# Its credentials come with each run: layer "compute" in .github/layerbot.hcl.
acr_registry_url = "layerbot.azurecr.io"

sandbox_administrator_role_arn = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_SandboxAdministrator_0123456789abcdef"
