// SPDX-License-Identifier: Apache-2.0

package scan

// A pin is the version of a scanner that is run where none is configured, and where its releases are.
type pin struct {
	version  string
	how      string             // to get it
	releases map[string]release // by system/processor; only those of which two independent sources give the same digest
}

// A release is an archive, .tar.gz or .zip, that holds the program.
type release struct{ path, sha256 string }

var pins = map[string]pin{
	"trivy": {
		// Releases of 0.27.0 to 0.69.1 were deleted: https://github.com/aquasecurity/trivy/issues/10345.
		version: "0.74.0", how: "https://github.com/aquasecurity/trivy/releases/tag/v0.74.0",
		releases: map[string]release{
			"linux/amd64": {"aquasecurity/trivy/releases/download/v0.74.0/trivy_0.74.0_Linux-64bit.tar.gz", "2ae6fe3ee734b7fdf11335663e18c75ea12dccc76062f09f164a3b0f8be4371a"},
			"linux/arm64": {"aquasecurity/trivy/releases/download/v0.74.0/trivy_0.74.0_Linux-ARM64.tar.gz", "b94ce1976bbf3c15b514b605ee88be7c6d94a29be2302847ff01cb794d47aad5"},
		},
	},
	"tfsec": {
		version: "1.28.14", how: "https://github.com/aquasecurity/tfsec/releases/tag/v1.28.14",
		releases: map[string]release{
			"linux/amd64": {"aquasecurity/tfsec/releases/download/v1.28.14/tfsec_1.28.14_linux_amd64.tar.gz", "329ae7f67f2f1813ebe08de498719ea7003c75d3ca24bb0b038369062508008e"},
		},
	},
	"checkov": {version: "3.3.30", how: "`pip install checkov==3.3.30` in a virtual environment"},
	"gitleaks": {
		version: "8.30.1", how: "https://github.com/gitleaks/gitleaks/releases/tag/v8.30.1",
		releases: map[string]release{
			"linux/amd64":  {"gitleaks/gitleaks/releases/download/v8.30.1/gitleaks_8.30.1_linux_x64.tar.gz", "551f6fc83ea457d62a0d98237cbad105af8d557003051f41f3e7ca7b3f2470eb"},
			"linux/arm64":  {"gitleaks/gitleaks/releases/download/v8.30.1/gitleaks_8.30.1_linux_arm64.tar.gz", "e4a487ee7ccd7d3a7f7ec08657610aa3606637dab924210b3aee62570fb4b080"},
			"darwin/amd64": {"gitleaks/gitleaks/releases/download/v8.30.1/gitleaks_8.30.1_darwin_x64.tar.gz", "dfe101a4db2255fc85120ac7f3d25e4342c3c20cf749f2c20a18081af1952709"},
			"darwin/arm64": {"gitleaks/gitleaks/releases/download/v8.30.1/gitleaks_8.30.1_darwin_arm64.tar.gz", "b40ab0ae55c505963e365f271a8d3846efbc170aa17f2607f13df610a9aeb6a5"},
		},
	},
	"tflint": {
		version: "0.64.0", how: "https://github.com/terraform-linters/tflint/releases/tag/v0.64.0",
		releases: map[string]release{
			"linux/amd64":  {"terraform-linters/tflint/releases/download/v0.64.0/tflint_linux_amd64.zip", "cca9d13e2e1d7a2c627af60ff899a3c9b74212899416aeb96ec764d2ef954537"},
			"linux/arm64":  {"terraform-linters/tflint/releases/download/v0.64.0/tflint_linux_arm64.zip", "560da89aacf59389d4eb029730dd5b109b7288096c32f2726a0d9e783a5ea8eb"},
			"darwin/amd64": {"terraform-linters/tflint/releases/download/v0.64.0/tflint_darwin_amd64.zip", "0f3a9fd17526014646a2dfc3f9122f7b4161abe3d6b0f0f03f9014483ddf4d19"},
			"darwin/arm64": {"terraform-linters/tflint/releases/download/v0.64.0/tflint_darwin_arm64.zip", "2496e9cb3d24992d553b45e7c87a0fdc9449ca975233876247a9bfeda857e6c0"},
		},
	},
}
