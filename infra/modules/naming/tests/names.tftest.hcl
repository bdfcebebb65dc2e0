# SPDX-License-Identifier: Apache-2.0

variables {
  project     = "layerbot"
  environment = "prod"
  region      = "eu-west-1"
  layer       = "05-compute"
  repository  = "layerbot/layerbot"
}

run "an_id_is_project_environment_and_region" {
  command = plan

  assert {
    condition     = output.id == "layerbot-prod-euw1"
    error_message = "id is ${output.id}"
  }

  assert {
    condition     = output.region_short == "euw1"
    error_message = "region_short is ${output.region_short}"
  }
}

run "directions_of_two_words_keep_both_letters" {
  command = plan

  variables {
    region = "ap-southeast-2"
  }

  assert {
    condition     = output.region_short == "apse2"
    error_message = "ap-southeast-2 is ${output.region_short}: south and southeast would be one"
  }
}

run "regions_of_a_partition_keep_its_letter" {
  command = plan

  variables {
    region = "us-gov-west-1"
  }

  assert {
    condition     = output.region_short == "usgw1"
    error_message = "us-gov-west-1 is ${output.region_short}: us-west-1 is usw1"
  }
}

# A load balancer has at most 32 characters: eight are left behind the longest id and its hyphen.
run "the_longest_id_leaves_room" {
  command = plan

  variables {
    project     = "abcdefghijkl"
    environment = "test"
    region      = "ap-northeast-1"
  }

  assert {
    condition     = output.id == "abcdefghijkl-test-apne1" && length(output.id) <= 24
    error_message = "${output.id} has ${length(output.id)} characters, of 24"
  }
}

# 90-100: the tags that policies/terraform.rego asks for.
run "tags_say_who_what_and_where" {
  command = plan

  assert {
    condition = output.tags == {
      ManagedBy   = "Terraform"
      Project     = "layerbot"
      Environment = "prod"
      Layer       = "05-compute"
      Repository  = "layerbot/layerbot"
    }
    error_message = "tags are ${jsonencode(output.tags)}"
  }
}

run "an_environment_that_has_no_folder" {
  command = plan

  variables {
    environment = "staging"
  }

  expect_failures = [var.environment]
}

run "a_project_too_long_for_names" {
  command = plan

  variables {
    project = "abcdefghijklm"
  }

  expect_failures = [var.project]
}

run "a_project_with_a_hyphen" {
  command = plan

  variables {
    project = "layer-bot"
  }

  expect_failures = [var.project]
}

run "a_zone_is_no_region" {
  command = plan

  variables {
    region = "eu-west-1a"
  }

  expect_failures = [var.region]
}

run "a_layer_without_its_number" {
  command = plan

  variables {
    layer = "compute"
  }

  expect_failures = [var.layer]
}

run "a_repository_without_its_owner" {
  command = plan

  variables {
    repository = "layerbot"
  }

  expect_failures = [var.repository]
}
