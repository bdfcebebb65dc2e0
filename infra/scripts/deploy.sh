#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

set +x -euo pipefail # whoever traces scripts would print what TF_VAR_… holds

usage() {
	cat <<'END'
usage: deploy.sh LAYER ENV [--auto-approve] [--skip-plan]

Plans a layer of this checkout in an environment and, when you say yes, applies exactly the plan that you saw: `bot plan`, then
`bot apply`, with the configuration of .github/layerbot.hcl, its policies included, and your own AWS credentials.

  LAYER           compute, 05-compute or 05; `all` is every layer, in order. In a new environment give `all` --skip-plan: no layer
                  can be planned before those that it reads are applied
  ENV             dev, test, prod or sbx
  --auto-approve  apply without asking
  --skip-plan     go to `bot apply` at once. It plans, shows its plan and asks as well: what is left out is the first look, which
                  ends here if there is nothing to change, and so the time of one plan

Secrets come from the environment only: ACR_USERNAME and ACR_PASSWORD, or TF_VAR_acr_username and TF_VAR_acr_password, for
compute; deploy-with-acr.sh takes them from 1Password.

Exit codes are the bot's: 0 fine, 1 error, 3 refused by policy, 4 not the plan that was seen, 5 state locked.
END
}

# shellcheck source=infra/scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

misused() {
	usage >&2
	fail "$1"
}

approve=() words=() look=true
for word in "$@"; do
	case $word in
	--auto-approve) approve=(--auto-approve) ;;
	--skip-plan) look=false ;;
	-h | --help)
		usage
		exit 0
		;;
	-*) misused "unknown flag $word" ;;
	*) words+=("$word") ;;
	esac
done
[ "${#words[@]}" -eq 2 ] || misused "one layer and one environment, not ${#words[@]} names"
layer=${words[0]} environment=${words[1]}

# The bot takes any number of names in any order: two layers would be both of them in every environment.
! is_environment "$layer" || misused "$layer is an environment: the layer comes first"
need_environment "$environment"

# Terraform knows the credentials of the registry as TF_VAR_acr_…, .github/layerbot.hcl as ACR_…
if [ -n "${TF_VAR_acr_username-}" ]; then export ACR_USERNAME="${ACR_USERNAME:-$TF_VAR_acr_username}"; fi
if [ -n "${TF_VAR_acr_password-}" ]; then export ACR_PASSWORD="${ACR_PASSWORD:-$TF_VAR_acr_password}"; fi

bot=$(find_bot)
if $look; then
	code=0
	"$bot" -C "$root" plan --detailed-exitcode "$layer" "$environment" || code=$?
	# 2: there is something to apply. Everything else ends here, 0 included.
	[ "$code" -eq 2 ] || exit "$code"
fi
exec "$bot" -C "$root" apply ${approve[@]+"${approve[@]}"} "$layer" "$environment"
