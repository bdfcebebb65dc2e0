output "urls" {
  value = [module.storefront.url, module.orders.url]
}
