# SPDX-License-Identifier: Apache-2.0

# Whoever runs this is let in by an access entry of the cluster (05-compute, eks_access_entries), with a token that aws makes
# when one is needed: for a plan that of the plan's role, for an apply the apply's. A data source would put it into plan and
# state, where who may read them would find it; what is ephemeral would not, but tfsec, which is one of the gates,
# cannot read such blocks.
#
# Nothing is asked of the cluster until there is a release: with all flags off this layer needs no way to it, and no aws.
provider "helm" {
  kubernetes {
    host                   = local.compute.eks_cluster_endpoint
    cluster_ca_certificate = base64decode(local.compute.eks_cluster_certificate_authority_data)

    exec {
      api_version = "client.authentication.k8s.io/v1beta1"
      command     = "aws"
      args        = ["eks", "get-token", "--cluster-name", local.compute.eks_cluster_name, "--region", var.region, "--output", "json"]
    }
  }
}
