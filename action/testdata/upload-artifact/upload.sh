#!/usr/bin/env bash
# Keeps a folder as an artifact of the attempt of a run: once, for good, and without hidden files.
set -euo pipefail
. "$GITHUB_ACTION_PATH/runner"
case $NAME in
  '' | *[\":\<\>\|\*\?\\/]*) echo "::error::'$NAME' is no name of an artifact"; exit 1 ;;
esac
if [ -z "$(find "$FOLDER" -type f -not -path "$FOLDER/*/.*" -not -path "$FOLDER/.*" 2>/dev/null)" ]; then
  echo "No files were found with the provided path: $FOLDER"
  [ "$OTHERWISE" != error ] || exit 1
  exit 0
fi
kept="$artifacts/$GITHUB_RUN_ID.$GITHUB_RUN_ATTEMPT/$NAME"
mkdir -p "${kept%/*}"
mkdir "$kept" || { echo "::error::(409) Conflict: an artifact with this name already exists on the workflow run"; exit 1; }
cp -R "$FOLDER/." "$kept"
find "$kept" -mindepth 1 -name '.*' -prune -exec rm -rf {} +
