#!/usr/bin/env bash
# Install what the tests need and run them all; the last line counts them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/bootstrap.sh"
need_packages "${QT_LIBRARIES[@]}" poppler-utils strace postgresql git cups-daemon cups-client
make_venv test
cd "$HOUSE"
export QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8
"$VENV/bin/ruff" check .
"$VENV/bin/ruff" format --check app tests >/dev/null || say "note: ruff format would change some files"
# Types and imports are checked side by side, each on a processor of its own; what the second says comes after the first.
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
"$VENV/bin/lint-imports" --no-cache >"$scratch/imports" 2>&1 & imports=$!
types=0
"$VENV/bin/mypy" --strict app || types=$?
wait "$imports" && cat "$scratch/imports" || { cat "$scratch/imports"; exit 1; }
[ "$types" -eq 0 ] || exit "$types"
# Thousands of tests wait for the disk each time something is durable. Where memory has room their folders stand there: whatever is killed
# finds what it wrote all the same, and how often a sale waits for its disk is counted, not timed.
room_kb="$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')"
free_kb="$(awk '/MemAvailable/ { print $2 }' /proc/meminfo 2>/dev/null)"
if [ "${room_kb:-0}" -gt 3000000 ] && [ "${free_kb:-0}" -gt 6000000 ] && [ -w /dev/shm ]; then
  rm -rf "$scratch"
  scratch="$(mktemp -d /dev/shm/yaogui-tests-XXXXXX)"
  # PostgreSQL of the tests runs as another user.
  chmod 755 "$scratch"
  export TMPDIR="$scratch"
fi
# Two at a time; whoever is done takes over what the other has not begun. Every draw of the property tests is the same everywhere.
export HYPOTHESIS_PROFILE=ci
"$VENV/bin/python" -m pytest -p no:cacheprovider -q -n 2 --dist worksteal "$@" </dev/null
