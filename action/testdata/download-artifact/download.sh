#!/usr/bin/env bash
# Brings the artifacts of this run whose name matches, each into a folder of its name. None is no error, and makes no folder.
set -euo pipefail
shopt -s nullglob
. "$GITHUB_ACTION_PATH/runner"
for kept in "$artifacts/$GITHUB_RUN_ID.$GITHUB_RUN_ATTEMPT/"$PATTERN; do
  mkdir -p "$FOLDER"
  cp -R "$kept" "$FOLDER/"
done
