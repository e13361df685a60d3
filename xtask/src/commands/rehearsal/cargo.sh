#!/usr/bin/env bash
# Stands before cargo in the rehearsal of a release.
if [ -n "$CARGO_REGISTRY_TOKEN" ]; then
  export CARGO_REGISTRIES_REHEARSAL_TOKEN="$CARGO_REGISTRY_TOKEN"
fi
case "$1" in
  xtask) shift; exec "$REHEARSAL_XTASK" "$@" ;;
  install) exit 0 ;;
  # What the release is compared with.
  semver-checks) echo "${*: -1}" >> "$REHEARSAL/baselines"; exit 0 ;;
  # The package is built by `cargo xtask ci package`.
  publish) shift; exec "$REHEARSAL_CARGO" publish --no-verify "$@" ;;
esac
exec "$REHEARSAL_CARGO" "$@"
