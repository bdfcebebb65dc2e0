package config

import (
	"regexp"

	"github.com/hashicorp/hcl/v2"
)

type terraformBlock struct {
	Body    hcl.Body `hcl:",body"`
	Version string   `hcl:"version,optional"`
	Binary  string   `hcl:"binary,optional"`
}

var exactVersion = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)

// config returns the checked block; a nil one is the default.
func (b *terraformBlock) config(c *checker) Terraform {
	const terraform, tofu = "terraform", "tofu"
	if b == nil {
		return Terraform{Binary: terraform}
	}
	c.matches(b.Body, "version", b.Version, exactVersion, `one exact version such as "1.11.4"; a range belongs into the layers' required_version`)
	c.oneOf(b.Body, "binary", b.Binary, terraform, tofu)
	t := Terraform{Version: b.Version, Binary: b.Binary}
	if t.Binary == "" {
		t.Binary = terraform
	}
	return t
}
