# SPDX-License-Identifier: Apache-2.0

# eu-west-1 becomes euw1: the continent, the first letter of each direction, the number.
locals {
  parts        = split("-", var.region)
  directions   = slice(local.parts, 1, length(local.parts) - 1)
  abbreviation = { northeast = "ne", northwest = "nw", southeast = "se", southwest = "sw" }
  region_short = join("", concat(
    [local.parts[0]],
    [for d in local.directions : lookup(local.abbreviation, d, substr(d, 0, 1))],
    [local.parts[length(local.parts) - 1]],
  ))
}
