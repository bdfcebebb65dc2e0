output "vpc_id" {
  value = terraform_data.vpc.id
}

output "private_subnet_ids" {
  value = { for zone, subnet in module.private : zone => subnet.id }
}
