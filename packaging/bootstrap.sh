# Sourced by run.sh and test.sh: makes .venv from pinned, hashed requirements and adds missing system libraries.
# Needs Debian 12 (or alike) with python3.11; as root it installs what is missing, else it says the one line to run.

HOUSE="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="${YAOGUI_VENV:-$HOUSE/.venv}"

say() { printf '%s\n' "$*" >&2; }

need_packages() { # need_packages PKG… : install the Debian packages that are not there yet
  local missing=() package
  command -v dpkg-query >/dev/null 2>&1 || return 0
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -eq 0 ] && return 0
  if [ "$(id -u)" -eq 0 ]; then
    say "installing system packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if ! apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
      apt-get update -qq >/dev/null
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
  else
    say "missing system packages. Run this once, then start again:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    exit 3
  fi
}

QT_LIBRARIES=(libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0)
X_LIBRARIES=(libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0)

make_venv() { # make_venv runtime|test : a virtual environment holding exactly the pinned requirements
  local wanted="$HOUSE/packaging/requirements-$1.txt" mark="$VENV/.yaogui-$1" sum python
  python="$(command -v python3.11 || command -v python3)" || { say "Python 3.11 or newer is needed"; exit 3; }
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "Python 3.11 or newer is needed, found $("$python" -V)"; exit 3; }
  "$python" -c 'import ensurepip, venv' 2>/dev/null || need_packages "$(basename "$(readlink -f "$python")" | sed 's/python3\(\..*\)\?$/python3-venv/')"
  sum="$(cat "$wanted" "$HOUSE/pyproject.toml" | sha256sum | cut -d' ' -f1)"
  [ -f "$mark" ] && [ "$(cat "$mark")" = "$sum" ] && return 0
  [ -x "$VENV/bin/python" ] || "$python" -m venv "$VENV"
  say "installing the pinned packages ($1)…"
  "$VENV/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$wanted"
  "$VENV/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e "$HOUSE"
  "$VENV/bin/python" -m compileall -q "$HOUSE/app" || true
  # What PySide6 carries as sources is compiled now too: whoever starts the till may not be allowed to write here.
  (cd "$HOUSE" && PYTHONDONTWRITEBYTECODE= "$VENV/bin/python" -m app.desktop.qt_sources) || true
  printf '%s' "$sum" > "$mark"
}
