#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

set -euo pipefail

usage() {
	cat <<'END'
usage: setup-kubectl.sh ENV [--profile NAME]

Lets kubectl reach the cluster of an environment, and looks whether the cluster is as it should be: that its API answers and lets
you in, that every node is ready, that the addons of the layer are active. Nothing in the cluster or in AWS is changed.

  ENV             dev, test, prod or sbx
  --profile NAME  a profile of the AWS CLI, also for kubectl from now on

The cluster's API is private: it is reached from eks_api_client_cidr_blocks (a VPN), and through the management server, as
README.md of 03-infrastructure says.
Exit code 1 if something is not as it should be.
END
}

# shellcheck source=infra/scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

misused() {
	usage >&2
	fail "$1"
}

environment='' profile=()
while [ $# -gt 0 ]; do
	case $1 in
	--profile)
		[ -n "${2-}" ] || misused "--profile needs a name"
		profile=(--profile "$2")
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	-*) misused "unknown flag $1" ;;
	*)
		[ -z "$environment" ] || misused "one environment, not $environment and $1"
		environment=$1
		;;
	esac
	shift
done
[ -n "$environment" ] || misused "which environment?"
need_environment "$environment"
need aws "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
need kubectl "https://kubernetes.io/docs/tasks/tools/"

files=("$infra/common.auto.tfvars" "$infra/05-compute/environments/$environment/00-config.auto.tfvars")
project=$(setting project "${files[@]}") region=$(setting region "${files[@]}") account=$(setting account_id "${files[@]}")
cluster=eks-$project-$environment-$(short_region "$region")

# amazon runs the AWS CLI there.
amazon() { aws "$@" --region "$region" ${profile[@]+"${profile[@]}"}; }

signed_in=$(amazon sts get-caller-identity --query Account --output text) ||
	fail "AWS does not know who you are" "\`aws sso login\`, or name a profile with --profile"
[ "$signed_in" = "$account" ] || fail "you are signed in to account $signed_in; $environment is $account" "name a profile of that account with --profile"

status=$(amazon eks describe-cluster --name "$cluster" --query cluster.status --output text) ||
	fail "there is no cluster $cluster that you may see in $account, $region" "infra/scripts/deploy.sh compute $environment makes it"
[ "$status" = ACTIVE ] || fail "the cluster $cluster is $status, not ACTIVE" "wait until it is, then run this again"

amazon eks update-kubeconfig --name "$cluster" --alias "$cluster"

# kube runs kubectl against it, for ten seconds at most each time.
kube() { kubectl --context "$cluster" --request-timeout=10s "$@"; }

wrong=0
good() { printf 'ok    %s\n' "$1"; }
bad() {
	wrong=1
	printf 'FAIL  %s\n' "$1"
	[ -z "${2-}" ] || printf '      %s\n' "$2"
}

# tunnel says how a machine outside of the VPC reaches the API.
tunnel() {
	local host server
	host=$(amazon eks describe-cluster --name "$cluster" --query cluster.endpoint --output text)
	host=${host#https://}
	server=$(amazon ec2 describe-instances --query 'Reservations[0].Instances[0].InstanceId' --output text --filters \
		"Name=tag:Project,Values=$project" "Name=tag:Environment,Values=$environment" "Name=tag:Layer,Values=03-infrastructure" \
		Name=instance-state-name,Values=running 2>/dev/null) || server=None
	[ "$server" != None ] || server=INSTANCE # there is none, or it may not be seen
	cat <<END
      It is private. Go through the management server, with this in another terminal
        aws ssm start-session --region $region ${profile[*]+${profile[*]} }--target $server --document-name AWS-StartPortForwardingSessionToRemoteHost \\
          --parameters host=$host,portNumber=443,localPortNumber=8443
      and kubectl --context $cluster --server https://localhost:8443 --tls-server-name $host get nodes
END
}

check_access() {
	local said last
	if said=$(kube auth can-i '*' '*' --all-namespaces 2>&1); then
		good "access: you administer the cluster"
		return
	fi
	last=$(printf '%s\n' "$said" | tail -n 1) # before it may stand warnings
	case $last in
	no | "no "*) good "access: you are let in, but not as its administrator" ;;
	*Unauthorized* | *"must be logged in"* | *"asked for the client to provide credentials"*)
		bad "access: the cluster does not let you in" "access entries say who may: the management server's role, and in sbx SandboxAdministrator"
		return 1
		;;
	*)
		bad "access: the API of $cluster does not answer: $last"
		tunnel
		return 1
		;;
	esac
}

check_nodes() {
	local lines all ready
	lines=$(kube get nodes --no-headers) || {
		bad "nodes: they cannot be listed"
		return
	}
	all=$(printf '%s' "$lines" | grep -c .) || true
	ready=$(printf '%s\n' "$lines" | awk '$2 ~ /^Ready(,|$)/' | grep -c .) || true
	if [ "$all" -gt 0 ] && [ "$ready" -eq "$all" ]; then
		good "nodes: $ready of $all are ready"
	else
		bad "nodes: $ready of $all are ready" "kubectl --context $cluster describe nodes"
	fi
}

check_addons() {
	local addon status
	for addon in eks-pod-identity-agent aws-ebs-csi-driver coredns kube-proxy vpc-cni; do
		status=$(amazon eks describe-addon --cluster-name "$cluster" --addon-name "$addon" --query addon.status --output text 2>/dev/null) || status=missing
		if [ "$status" = ACTIVE ]; then
			good "addon $addon: ACTIVE"
		else
			bad "addon $addon: $status" "aws eks describe-addon --region $region --cluster-name $cluster --addon-name $addon"
		fi
	done
}

check_addons
if check_access; then
	check_nodes
fi
[ "$wrong" -eq 0 ] || fail "$cluster is not as it should be: see FAIL above"
echo "kubectl --context $cluster is ready"
