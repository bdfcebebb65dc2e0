environment  = "dev"
account_id   = "111122223333"
state_bucket = "layerbot-dev-euw1-state"

# Its credentials come with each run: layer "compute" in .github/layerbot.hcl.
acr_registry_url = "layerbot.azurecr.io"
