#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

# Prints the path of the bot that belongs to this commit of the action, and puts it there: a released one, which the file
# release beside this one names with its SHA-256, or one built from the source around it where that file names none.
#
# A released binary is looked at again each time: the tool cache of a runner that lives on is for other jobs to write.
# One built from source has no known digest; it is for working on Layerbot, on runners that are trusted with it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"

cache=${RUNNER_TOOL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}}/layerbot
case ${RUNNER_OS:-$(uname -s)} in
Linux) os=linux ;;
macOS | Darwin) os=darwin ;;
*) os=${RUNNER_OS:-$(uname -s)} ;;
esac
case ${RUNNER_ARCH:-$(uname -m)} in
X64 | x86_64) arch=amd64 ;;
ARM64 | arm64 | aarch64) arch=arm64 ;;
*) arch=${RUNNER_ARCH:-$(uname -m)} ;;
esac

# found PATH HOW ends the script.
found() {
	printf 'layerbot: %s, %s s: %s\n' "$2" "$SECONDS" "$1" >&2
	printf '%s\n' "$1"
	exit
}

# room makes a temporary folder on the cache's own disk, so that what is made in it moves to its place in one step.
room() {
	mkdir -p "$cache"
	room=$(mktemp -d "$cache/.new.XXXXXX")
	trap 'rm -rf "$room"' EXIT
}

# settle PATH moves the bot that was made to its place.
settle() {
	chmod 755 "$room/bot"
	mkdir -p "$(dirname "$1")"
	mv -f "$room/bot" "$1"
}

# released VERSION SHA256 URL
released() {
	local bot=$cache/bot-$2/bot got protocol
	if [ -f "$bot" ]; then
		got=$(digest <"$bot")
		[ "$got" != "$2" ] || found "$bot" "$1 from the cache, verified"
		printf '::warning::the cached bot had the SHA-256 %s, not %s: it is fetched anew\n' "$got" "$2" >&2
	fi
	case $3 in
	https://*) protocol='=https' ;;
	http://127.0.0.1:*) protocol='=http' ;; # tests
	*) fail "the binary's address is not https: $3" "mend action/release" ;;
	esac
	room
	# --disable: no .curlrc has a say.
	curl --disable --fail --silent --show-error --location --proto "$protocol" --proto-redir "$protocol" --retry 3 \
		--connect-timeout 20 --max-time 600 --output "$room/bot" "$3" >&2 ||
		fail "layerbot $1 could not be fetched from $3" \
			"run the job again; a runner that cannot reach it can be given the binary as $bot, where it is verified too"
	got=$(digest <"$room/bot")
	[ "$got" = "$2" ] || fail "what $3 sent has the SHA-256 $got, but that of layerbot $1 is $2: it was not run" \
		"run the job again; if it is the same, the release or the way to it was tampered with: tell Layerbot's maintainers, as docs/security.md says"
	settle "$bot"
	found "$bot" "$1 fetched from $3, verified"
}

# built builds the bot, once for each state of the source.
built() {
	command -v go >/dev/null || fail "this commit of the action names no released binary, and there is no Go to build one" \
		"use the action at the commit of a release, or put actions/setup-go before it"
	cd "$here/.."
	local files source bot
	files=$(find go.mod go.sum cmd internal examples -type f | LC_ALL=C sort)
	source=$({ go version && echo "$files" && echo "$files" | tr '\n' '\0' | xargs -0 cat; } | digest)
	bot=$cache/bot-source-$source/bot
	[ ! -x "$bot" ] || found "$bot" "built from source earlier"
	room
	# Not with flags that an earlier job left in go's own settings: one of them names a program to run.
	GOFLAGS=-mod=readonly GOOS='' GOARCH='' CGO_ENABLED=0 GOWORK=off go build -trimpath -buildvcs=false \
		-ldflags "-s -w -X main.version=source-${source:0:12}" -o "$room/bot" ./cmd/bot >&2 ||
		fail "the bot could not be built from the source of the action" "use the action at the commit of a release"
	settle "$bot"
	found "$bot" "built from source"
}

platforms=
while read -r version for_os for_arch sha256 url || [ -n "${version:-}" ]; do
	case $version in '' | '#'*) continue ;; esac
	[ "$for_os/$for_arch" != "$os/$arch" ] || released "$version" "$sha256" "$url"
	platforms="$platforms $for_os/$for_arch"
done <"$here/release"
[ -z "$platforms" ] || fail "there is no layerbot for $os/$arch" "use a runner that is one of:$platforms"
built
