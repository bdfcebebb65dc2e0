environment "prod" {
  branch = "prod
}
