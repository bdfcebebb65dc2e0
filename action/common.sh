# SPDX-License-Identifier: Apache-2.0

# What the scripts of the action share. Sourced; runs under bash 3.2, the newest that macOS has.

# fail MESSAGE HINT ends the script with an error on the run's page and in the outputs of the step.
fail() {
	local line=${1//[$'\r\n']/ } text="$1"$'\n'"hint: $2"
	text=${text//\%/%25}
	text=${text//$'\r'/%0D}
	text=${text//$'\n'/%0A}
	printf '::error::%s\n' "$text" >&2
	printf 'exitcode=1\nfailure-reason=%s\n' "$line" >>"${GITHUB_OUTPUT:-/dev/null}"
	exit 1
}

# digest prints the SHA-256 of its standard input.
digest() {
	if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}
