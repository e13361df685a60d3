#!/usr/bin/env bash
# Stands before curl in the rehearsal of a release: the index of crates.io is that of the registry.
arguments=()
for argument in "$@"; do
  arguments+=("${argument/#https:\/\/index.crates.io/$REHEARSAL_INDEX}")
done
exec "$REHEARSAL_CURL" "${arguments[@]}"
