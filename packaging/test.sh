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
"$VENV/bin/mypy" --strict app
"$VENV/bin/lint-imports" --no-cache
# Two at a time; whoever is done takes over what the other has not begun. Every draw of the property tests is the same everywhere.
export HYPOTHESIS_PROFILE=ci
exec "$VENV/bin/python" -m pytest -p no:cacheprovider -q -n 2 --dist worksteal "$@" </dev/null
