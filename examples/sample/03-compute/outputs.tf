output "cluster_name" {
  value = terraform_data.cluster.input.name
}
