#!/usr/bin/env bash
# Install what the tests need and run them all; the last line counts them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/bootstrap.sh"
need_packages "${QT_LIBRARIES[@]}" poppler-utils strace postgresql
make_venv test
cd "$HOUSE"
export QT_QPA_PLATFORM=offscreen
"$VENV/bin/ruff" check .
"$VENV/bin/ruff" format --check app tests >/dev/null || say "note: ruff format would change some files"
"$VENV/bin/mypy" --strict app
"$VENV/bin/lint-imports" --no-cache
exec "$VENV/bin/python" -m pytest -p no:cacheprovider -q "$@"
