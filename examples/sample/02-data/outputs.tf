output "database_id" {
  value = terraform_data.database.id
}

output "bucket_names" {
  value = { for key, bucket in terraform_data.bucket : key => bucket.input.name }
}
