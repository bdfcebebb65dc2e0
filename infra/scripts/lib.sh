#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

# What the scripts of infra share. It is sourced, by bash 3.2 (macOS) and later; it sets `infra` and `root`, the absolute paths of
# this folder's parent and of the repository.

infra=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
root=$(dirname -- "$infra")

# fail MESSAGE [NEXT] ends the script: what is wrong, and what to do about it.
fail() {
	printf '%s: %s\n' "$(basename -- "$0")" "$1" >&2
	[ -z "${2-}" ] || printf '  %s\n' "$2" >&2
	exit 1
}

# need PROGRAM WHERE fails unless PROGRAM is on PATH.
need() { command -v "$1" >/dev/null 2>&1 || fail "there is no $1 on PATH" "$2"; }

# find_bot prints the program: of PATH, else the one that `make build` wrote.
find_bot() {
	command -v bot 2>/dev/null && return
	[ ! -x "$root/bin/bot" ] || {
		printf '%s\n' "$root/bin/bot"
		return
	}
	fail "there is no bot on PATH, nor in bin/" "\`make build\` writes bin/bot; releases: https://github.com/layerbot/layerbot/releases"
}

# environments prints the names of all environments, one a line.
environments() {
	local folder
	for folder in "$infra"/*/environments/*/; do
		[ ! -d "$folder" ] || basename -- "$folder"
	done | sort -u
}

is_environment() { environments | grep -Fqx -e "$1"; }

# need_environment NAME fails unless there is such an environment.
need_environment() { is_environment "$1" || fail "there is no environment $1" "there are: $(environments | paste -sd ' ' -)"; }

# setting NAME FILE… prints the string that tfvars files give a variable, of the last that does; it fails if none does.
setting() {
	local name=$1 value
	shift
	value=$(sed -n "s/^[[:space:]]*$name[[:space:]]*=[[:space:]]*\"\([^\"]*\)\".*/\1/p" "$@" | tail -n 1)
	[ -n "$value" ] || fail "no file gives $name a value: $*"
	printf '%s\n' "$value"
}

# short_region REGION prints a region as names have it: eu-west-1 is euw1. The same as modules/naming.
short_region() {
	local rest=${1#*-} out=${1%%-*} part
	while [ "$rest" != "${rest#*-}" ]; do
		part=${rest%%-*}
		rest=${rest#*-}
		case $part in
		northeast | northwest | southeast | southwest) out=$out${part:0:1}${part:5:1} ;;
		*) out=$out${part:0:1} ;;
		esac
	done
	printf '%s%s\n' "$out" "$rest"
}
