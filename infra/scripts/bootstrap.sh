#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

set -euo pipefail

usage() {
	cat <<'END'
usage: bootstrap.sh ENV

The first run of 01-bootstrap in an environment, which makes the bucket that its own state then moves to. Run it once, with
administrator's credentials of the environment's account, from the checkout of what was reviewed; what it would make is shown, and
nothing is made before you say yes. If it is interrupted, run it again: it goes on where it was.

  ENV  dev, test, prod or sbx

Later changes of the layer: README.md of 01-bootstrap.
END
}

# shellcheck source=infra/scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

misused() {
	usage >&2
	fail "$1"
}

words=()
for word in "$@"; do
	case $word in
	-h | --help)
		usage
		exit 0
		;;
	-*) misused "unknown flag $word" ;;
	*) words+=("$word") ;;
	esac
done
[ "${#words[@]}" -eq 1 ] || misused "one environment, not ${#words[@]} names"
environment=${words[0]}
need_environment "$environment"
need terraform "1.11 or later: https://developer.hashicorp.com/terraform/install"

layer=$infra/01-bootstrap
settings=environments/$environment/00-config.auto.tfvars
backend=environments/$environment/backend-config.hcl
cd -- "$layer"
account=$(setting account_id "$settings")
bucket=$(setting bucket "$backend")

# What Terraform leaves stands where git does not look, and apart for each environment. The state is here until it has moved.
first=$layer/.terraform/first-run-$environment
state=$first/local.tfstate
override=$layer/first_run_override.tf
mkdir -p -- "$first"
export TF_DATA_DIR=$first/data TF_IN_AUTOMATION=1 TF_INPUT=0
# What a shell has for other runs of Terraform must not change this one.
unset TF_CLI_ARGS TF_CLI_ARGS_init TF_CLI_ARGS_plan TF_CLI_ARGS_apply TF_WORKSPACE

# Without a state nothing was made, and nothing is to go on with.
cleanup() {
	rm -f -- "$override"
	[ -e "$state" ] || rm -rf -- "$first"
}
trap cleanup EXIT
variables=(-var-file=../common.auto.tfvars "-var-file=$settings")

step() { printf '\n== %s\n' "$1"; }

# confirm QUESTION is true if what comes back is yes.
confirm() {
	local answer=
	printf '%s Only yes is yes: ' "$1"
	read -r answer || true
	[ "$answer" = yes ]
}

if [ ! -e "$state" ]; then
	step "Look for s3://$bucket"
	said=$first/said
	if terraform init -reconfigure -backend-config="$backend" >"$said" 2>&1; then
		fail "the bucket $bucket is there already: this environment had its first run" "README.md of 01-bootstrap says how the layer is changed"
	fi
	grep -q "does not exist" "$said" || {
		cat -- "$said" >&2
		fail "whether the bucket $bucket is there cannot be told" "see that your credentials are an administrator's of account $account"
	}
	echo "It is not there."
fi

step "Plan, with a state on this machine"
printf 'terraform {\n  backend "local" {\n    path = "%s"\n  }\n}\n' "$state" >"$override"
terraform init -reconfigure
code=0
terraform plan -detailed-exitcode -out="$first/plan" "${variables[@]}" || code=$?
case $code in
0) ;;
2)
	confirm "
Make this in account $account?" || fail "nothing was made"
	step "Apply"
	terraform apply "$first/plan"
	;;
*) fail "there is no plan" "the error is above" ;;
esac
rm -f -- "$first/plan"

step "Move the state to s3://$bucket"
rm -f -- "$override"
terraform init -migrate-state -force-copy -backend-config="$backend"

# What was moved is what is there: read back from the bucket, there is nothing to change. Only then the copy here goes.
step "Look"
terraform plan -detailed-exitcode "${variables[@]}" >"$first/look" || {
	cat -- "$first/look"
	fail "the state has moved, and the plan of it is not empty" "look at it above; the state as it was before is $state"
}
rm -rf -- "$first"
printf '\nDone: the state is in s3://%s. Next: the roles in .github/layerbot.hcl, and `bot doctor trust` for each.\n' "$bucket"
