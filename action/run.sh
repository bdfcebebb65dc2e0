#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

# The one step of the action: finds the bot, hands it the inputs as data, and becomes it.
#
# No input is evaluated: each reaches the bot as one argument, one variable or a file. What else a command needs, the
# bot says itself.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"

command=${INPUT_COMMAND:-}
temp=${RUNNER_TEMP:?is set in every job of GitHub Actions}/layerbot
out=$temp/out
arguments=(-C "${INPUT_WORKING_DIRECTORY:-.}" "$command")

# option FLAG VALUE adds a flag whose input was given.
option() { [ -z "$2" ] || arguments+=("$1" "$2"); }

# ticket puts the ticket's parts together. The shell prints them itself: a program's arguments could not be as long. The bot
# reads it as its standard input, from a file that is gone by then: it holds the keys of fingerprints, and code of a pull
# request may run later.
ticket() {
	(umask 077 && printf '%s%s%s%s' "$INPUT_TICKET" "${INPUT_TICKET2:-}" "${INPUT_TICKET3:-}" "${INPUT_TICKET4:-}" >"$temp/ticket")
	exec <"$temp/ticket"
	rm "$temp/ticket"
	option --ticket -
}

# targets does jobs of the ticket.
targets() {
	ticket
	option --target "${INPUT_TARGET:-}"
	option --out "$out"
}

# words plans what words name in the checkout, and shows it in the job's summary.
words() {
	local words
	read -r -d '' -a words <<<"${INPUT_TARGET:-}" || true # it meets the end, and no delimiter
	arguments+=(--format=markdown)
	option --lock-timeout "${INPUT_LOCK_TIMEOUT:-}"
	arguments+=(-- ${words[@]+"${words[@]}"})
	exec >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
}

mkdir -p -m 700 "$temp" "$out"
case $command:${INPUT_TICKET:+ticket} in
gate: | gate:ticket) ;;
plan:) words ;;
plan:ticket | drift:ticket)
	targets
	option --lock-timeout "${INPUT_LOCK_TIMEOUT:-}"
	option --budget "${INPUT_BUDGET:-}"
	;;
scan:ticket) targets ;;
apply:ticket)
	targets
	option --lock-timeout "${INPUT_LOCK_TIMEOUT:-}"
	option --artifacts "${INPUT_ARTIFACTS:-}"
	;;
report:ticket)
	ticket
	option --artifacts "${INPUT_ARTIFACTS:-}"
	option --html "$out/report.html"
	;;
scan: | apply: | drift: | report:)
	fail "the command $command was given no ticket" \
		'hand on what gate decided: "ticket: ${{ needs.gate.outputs.ticket }}", and ticket2 to ticket4 likewise; gate has a warning if the runner dropped it, because it holds the text of a secret'
	;;
*) fail "the action has no command \"$command\"" "it is one of gate, plan, scan, apply, drift and report" ;;
esac

bot=$("$here/install.sh" </dev/null)

# The inputs are no business of Terraform's, and a variable for an input that was not given is none. Names can have a
# hyphen, which the shell's own unset refuses. The second bash is there for a path with =, which env would take.
without=()
for name in $(awk 'BEGIN { for (n in ENVIRON) if (n ~ /^INPUT_/ || n ~ /^LAYERBOT_/ && ENVIRON[n] == "") print n }'); do
	without+=(-u "$name")
done
exec env ${without[@]+"${without[@]}"} bash -c 'exec "$0" "$@"' "$bot" "${arguments[@]}"
