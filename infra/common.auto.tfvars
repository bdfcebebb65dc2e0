# What all layers have in common, in every environment. The bot hands this file to each plan; by hand: -var-file.
project    = "layerbot"
region     = "eu-west-1"
repository = "layerbot/layerbot"

# 01-bootstrap: whom the roles of this repository's jobs admit. The ids: gh api repos/OWNER/NAME --jq '.owner.id, .id'
github_owner_id      = "100000001"
github_repository_id = "200000002"

# The commits of gitops.yml that may run with these roles. For a new version add its commit, have it applied, change the
# workflow, and take the old commit out.
layerbot_workflow_commits = [
  "1eaaf8893e6b378616202f6c990d2fb09447cbb9",
]
