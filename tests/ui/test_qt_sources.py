"""The sources PySide6 carries are compiled once, and what they say does not change by it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.desktop.qt_sources import QtSources, compiled_once

HOUSE = Path(__file__).parents[2]

_IMPORT = """
import builtins, inspect, sys
compiled = []
plain = builtins.compile
def seen(source, filename, *rest, **named):
    compiled.append(filename)
    return plain(source, filename, *rest, **named)
builtins.compile = seen
from app.desktop.qt_sources import compiled_once
if sys.argv[1]:
    with compiled_once(sys.argv[1]):
        from PySide6 import QtCore
else:
    from PySide6 import QtCore
builtins.compile = plain
carried = [name for name in compiled if name.startswith("shibokensupport")]
print("COMPILED", len(carried))
from PySide6.support.signature import get_signature
print(get_signature(QtCore.QTimer.start), get_signature(QtCore.QObject.setProperty))
try:
    QtCore.QTimer().setInterval("soon")
except TypeError as error:
    print(error)
from PySide6.support.signature.lib import pyi_generator
print(inspect.signature(pyi_generator.generate_pyi), sorted(name for name in vars(pyi_generator) if name[0] != "_"))
"""


def _imported(kept: str) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": str(HOUSE)}
    told = subprocess.run([sys.executable, "-c", _IMPORT, kept], env=environment, capture_output=True, text=True, timeout=120, check=True)
    first, _, rest = told.stdout.partition("\n")
    return int(first.removeprefix("COMPILED ")), rest


def test_a_second_start_compiles_none_of_them_and_qt_is_the_same(tmp_path: Path) -> None:
    kept = str(tmp_path / "kept")
    plain, first, second = _imported(""), _imported(kept), _imported(kept)
    assert plain[0] == first[0] > 0, "all that PySide6 carries goes through the same `compile`"
    assert second[0] == 0
    assert plain[1] == first[1] == second[1]


def _value(code: Any) -> object:
    space: dict[str, object] = {}
    exec(code, space)
    return space["value"]


def test_another_source_of_the_same_name_is_compiled_anew(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = str(tmp_path / "kept")
    yesterday = QtSources(path)
    assert _value(yesterday.compile(b"value = 1", "carried/part.py", "exec")) == 1
    yesterday.keep()
    assert _value(QtSources(path).compile(b"value = 2", "carried/part.py", "exec")) == 2


def test_half_a_file_is_as_good_as_none(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "kept"
    with compiled_once(str(path)):
        compile(b"value = 1", "carried/part.py", "exec")
    whole = path.read_bytes()
    for left in (0, 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:left])
        assert _value(QtSources(str(path)).compile(b"value = 1", "carried/part.py", "exec")) == 1
    path.write_bytes(whole)
    assert list(tmp_path.iterdir()) == [path], "nothing is left beside it"


def test_a_folder_that_may_not_be_written_to_leaves_the_start_as_it_was(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "file").write_text("no folder")
    with compiled_once(str(tmp_path / "file" / "kept")):
        assert _value(compile(b"value = 3", "carried/part.py", "exec")) == 3


def test_what_is_not_carried_is_compiled_as_ever(tmp_path: Path) -> None:
    sources = QtSources(str(tmp_path / "kept"))
    assert eval(sources.compile("1 + 1", "<words>", "eval")) == 2
    path = str(tmp_path / "own.py")
    assert sources.compile(b"value = 4", path, "exec") is not sources.compile(b"value = 4", path, "exec")
