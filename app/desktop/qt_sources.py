"""Byte code of the Python sources that PySide6 carries inside its library, kept as Python keeps that of every other module.

PySide6 unpacks fourteen sources (130 KB) from its library at every start and compiles them anew: 20 ms, a fifth of its import.
"""

from __future__ import annotations

import builtins
import contextlib
import marshal
import os
import sys
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from types import CodeType
from typing import Any

_MARK = 8
"""Bytes of a `source_hash`."""
_ON_DEMAND = "shibokensupport/signature/lib/pyi_generator.py"
"""Writes stubs for editors: a tool of developers that takes 8 ms of every start for its patterns. Run when first asked for anything."""
_DEFERRED = """
_source = {source!r}
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    del globals()["__getattr__"]
    exec(compile(_source, {filename!r}, "exec"), globals())
    return globals()[name]
"""
"""PEP 562: a module that becomes what its source makes it as soon as a name of it is wanted."""


class QtSources:
    """Code compiled once per source and Python; stands in for `compile` while PySide6 is imported, and only then."""

    def __init__(self, path: str = "") -> None:
        """`path` is the file that keeps the code; without it, one beside this module's own byte code."""
        self._path = path or cache_from_source(__file__)[: -len(".pyc")] + ".carried"
        self._compile = builtins.compile
        self._kept: dict[tuple[str, bytes], CodeType] = self._read()
        self._new = False

    def _read(self) -> dict[tuple[str, bytes], CodeType]:
        try:
            with open(self._path, "rb") as file:
                begin = file.read(len(MAGIC_NUMBER) + _MARK)
                content = file.read()
        except OSError:
            return {}
        # Half a file, or one of another Python: compiled anew, as if there were none.
        if begin != MAGIC_NUMBER + source_hash(content):
            return {}
        read: dict[tuple[str, bytes], CodeType] = marshal.loads(content)
        return read

    def compile(self, source: Any, filename: Any, mode: str, *rest: Any, **named: Any) -> Any:
        """What `compile` gives; a whole carried source is taken from what is kept where its content is the same."""
        carried = isinstance(source, bytes) and isinstance(filename, str) and not os.path.isabs(filename)
        if not carried or mode != "exec" or rest or named:
            return self._compile(source, filename, mode, *rest, **named)
        key = (filename, source_hash(source))
        code = self._kept.get(key)
        if code is None:
            text = _DEFERRED.format(source=source, filename=filename) if filename == _ON_DEMAND else source
            code = self._kept[key] = self._compile(text, filename, mode)
            self._new = True
        return code

    def keep(self) -> None:
        """Write what was compiled, for the next start; a folder that may not be written to leaves every start as slow as the first."""
        if not self._new or sys.dont_write_bytecode:
            return
        content = marshal.dumps(self._kept)
        beside = f"{self._path}.{os.getpid()}"
        with contextlib.suppress(OSError):
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with open(beside, "wb") as file:
                file.write(MAGIC_NUMBER + source_hash(content) + content)
            os.replace(beside, self._path)


@contextlib.contextmanager
def compiled_once(path: str = "") -> Iterator[None]:
    """PySide6 is imported within; nothing else should be, and no other thread runs yet."""
    sources = QtSources(path)
    plain = builtins.compile
    builtins.compile = sources.compile
    try:
        yield
    finally:
        builtins.compile = plain
    sources.keep()


if __name__ == "__main__":
    # At the installation: the first start of the till is as quick as every other.
    with compiled_once():
        import PySide6.QtWidgets  # noqa: F401
