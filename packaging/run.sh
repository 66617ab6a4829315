#!/usr/bin/env bash
# Start the product's main job: the demo pharmacy with its own headquarters; the window, or without a display a played counter day.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/bootstrap.sh"
need_packages "${QT_LIBRARIES[@]}"
if [ -n "${DISPLAY:-}" ] && [ -z "${QT_QPA_PLATFORM:-}" ]; then need_packages "${X_LIBRARIES[@]}"; fi
make_venv runtime
cd "$HOUSE"
exec "$VENV/bin/python" -m app demo --run "$@"
