# Whom the roles admit, in every environment: jobs of this repository. The ids: gh api repos/OWNER/NAME --jq '.owner.id, .id'
github_owner_id      = "100000001"
github_repository_id = "200000002"

# The commits of gitops.yml that may run with these roles. For a new version add its commit, have it applied, change the
# workflow, and take the old commit out.
layerbot_workflow_commits = [
  "c9a9b713104939d75c1b70439073f08cd7226978",
]
