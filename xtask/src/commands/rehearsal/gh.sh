#!/usr/bin/env bash
# Stands for gh in the rehearsal of a release: `gh release view TAG` and `gh release create TAG`, with a file for each.
set -e
release="$REHEARSAL/releases/$3"
case "$1 $2" in
  "release view") test -f "$release" ;;
  "release create")
    if [ -f "$release" ]; then
      echo "a release with the same tag name already exists: $3" >&2
      exit 1
    fi
    while [ $# -gt 0 ]; do
      case "$1" in
        --notes-file) notes="$2" ;;
        --prerelease=*) prerelease="${1#--prerelease=}" ;;
      esac
      shift
    done
    { echo "prerelease: $prerelease"; cat "$notes"; } > "$release"
    ;;
  *) echo "gh $1 $2 is not known in the rehearsal" >&2; exit 1 ;;
esac
