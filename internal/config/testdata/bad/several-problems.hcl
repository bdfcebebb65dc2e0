terraform { version = ">= 1.11" }

environment "prod" {
  previous = "tset"
  appliers = ["octocat", "acme/platform"]
  aws {
    region    = "eu-west-1"
    plan_role = "layerbot-plan"
  }
}

environment "test" {}

scanner "trivvy" {}
