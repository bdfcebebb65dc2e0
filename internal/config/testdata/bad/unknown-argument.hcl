# The configuration of our landing zone.
environment "prod" {
  branch            = "prod"
  when_plan_chnaged = "stop"
}
