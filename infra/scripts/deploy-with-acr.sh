#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

set +x -euo pipefail # whoever traces scripts would print the credentials

usage() {
	cat <<'END'
usage: deploy-with-acr.sh LAYER ENV [ITEM] [FLAG…]

deploy.sh with the credentials of the Azure container registry, which the 1Password CLI reads. They are handed on as environment
variables (ACR_USERNAME, ACR_PASSWORD, TF_VAR_acr_username, TF_VAR_acr_password) of that one process: no argument, no file and no
output has them, and they are gone when it ends.

  ITEM    an item with the fields username and password: op://VAULT/ITEM, VAULT/ITEM, or a title, which needs jq.
          Not given: op://PROJECT/acr-ENV, such as op://layerbot/acr-prod
  FLAG…   of deploy.sh: --auto-approve, --skip-plan

Exit codes are those of deploy.sh.
END
}

# shellcheck source=infra/scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

case ${1-} in
-h | --help)
	usage
	exit 0
	;;
esac
case ${1-}:${2-} in
:* | *: | -*:* | *:-*)
	usage >&2
	fail "the layer and the environment come first"
	;;
esac
layer=$1 environment=$2
shift 2
need_environment "$environment"

item=op://$(setting project "$infra/common.auto.tfvars")/acr-$environment
case ${1-} in
"" | -*) ;;
*)
	item=$1
	shift
	;;
esac
# deploy.sh refuses what it does not know, but nobody need be asked for a fingerprint before that.
for word in "$@"; do
	case $word in
	--auto-approve | --skip-plan) ;;
	*)
		usage >&2
		fail "unknown argument $word"
		;;
	esac
done

need op "https://developer.1password.com/docs/cli/get-started/"
case $item in
*/*) ;;
*) need jq "or name the vault as well: op://VAULT/$item" ;;
esac

# field NAME prints a field of the item.
field() {
	case $item in
	*/*) op read --no-newline "op://${item#op://}/$1" ;;
	*) op item get "$item" --fields "label=$1" --format json | jq -jer .value ;; # as text it would be a row of CSV
	esac
}

signin="\`op signin\`, then see that the item has the fields username and password"
username=$(field username) || fail "1Password gave no username of $item" "$signin"
password=$(field password) || fail "1Password gave no password of $item" "$signin"
[ -n "$username" ] && [ -n "$password" ] || fail "username or password of $item is empty" "fill it in, in 1Password"

export ACR_USERNAME="$username" ACR_PASSWORD="$password" TF_VAR_acr_username="$username" TF_VAR_acr_password="$password"
unset username password
exec "$infra/scripts/deploy.sh" "$layer" "$environment" "$@"
