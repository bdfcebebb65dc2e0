# SPDX-License-Identifier: Apache-2.0

# Whoever runs this is let in by an access entry of the cluster (05-compute, eks_access_entries), with a token that AWS's SDK makes
# when one is needed: for a plan that of the plan's role, for an apply the apply's. It lasts 15 minutes and is in no plan and no
# state, where one of a data source would be. No program is started for it: .github/layerbot.hcl denies those.
#
# Nothing is asked of the cluster until there is a release: with all flags off this layer needs no way to it.
ephemeral "aws_eks_cluster_auth" "this" {
  name = local.compute.eks_cluster_name
}

provider "helm" {
  kubernetes {
    host                   = local.compute.eks_cluster_endpoint
    cluster_ca_certificate = base64decode(local.compute.eks_cluster_certificate_authority_data)
    token                  = ephemeral.aws_eks_cluster_auth.this.token
  }
}
