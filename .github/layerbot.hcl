# The layers of this repository stand below infra; all else is convention.
layers {
  include = ["infra/[0-9][0-9]-*"]
}
