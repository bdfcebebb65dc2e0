#!/usr/bin/env bash
# Fetches as actions/checkout does: over HTTP, with a token that can do what the job's `permissions:` say. Source of what is
# fetched: https://github.com/actions/checkout/blob/v7.0.1/src/git-source-provider.ts
set -euo pipefail
. "$GITHUB_ACTION_PATH/runner"
[ -n "$REF" ] || { echo "::error::the commit to check out is not named"; exit 1; }
[ -z "$(ls -A)" ] || { echo "::error::the runner is not fresh"; exit 1; }

# What GitHub gives this job and no other: its token, and the variables for an OIDC token if it may have one.
{ read -r token; cat >> "$GITHUB_ENV"; } < <(curl -fsS --data-urlencode "job=$GITHUB_JOB" --data-urlencode "run=$GITHUB_RUN_ID" "$runner/job")
[ -n "$token" ]
header="Authorization: basic $(printf 'x-access-token:%s' "$token" | base64 | tr -d '\n')"
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0="$header"

git init --quiet .
git remote add origin "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY.git"
if [ "$DEPTH" = 0 ]; then
  git fetch --quiet --no-recurse-submodules origin '+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*'
  git cat-file -e "$REF^{commit}" 2>/dev/null || git fetch --quiet origin "$REF"
else
  git fetch --quiet --no-tags --depth="$DEPTH" origin "$REF"
fi
git -c advice.detachedHead=false checkout --quiet --detach "$REF"
if [ "$PERSIST" != false ]; then
  git config --local "$GIT_CONFIG_KEY_0" "$header"
fi
ln -s "$state" ../state # the sample keeps its state beside the checkout; this is the disc that all runners share
