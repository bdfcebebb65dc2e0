# What is off by default, on: the Dual model, shared with another account, and a second range for pods.
enable_cloudfront_vpc_origin      = true
enable_websocket_alb              = true
enable_nat_gateway                = true
pod_cidr_block                    = "100.64.0.0/20"
cloudfront_certificate_arn        = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-0000-0000-000000000001"
websocket_certificate_arn         = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-0000-0000-000000000002"
websocket_web_acl_arn             = "arn:aws:wafv2:eu-west-1:777788889999:regional/webacl/edge/00000000-0000-0000-0000-000000000003"
cloudfront_vpc_origin_account_ids = ["111122223333"]
