"""The printer without a printer: it says where it listens, prints to pictures and has the troubles that are typed."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from app.commands import virtual_printer

HELLO = b"\x1b@hello\n\n\n\x1dV\x00"


def _printed(folder: Path, count: int) -> bool:
    for _ in range(2_000):
        if len(list(folder.glob("job-*.png"))) >= count:
            return True
        time.sleep(0.01)
    return False


def test_a_printer_of_words_prints_stops_without_paper_and_goes_on_with_a_new_roll(tmp_path: Path) -> None:
    out = io.StringIO()

    def words() -> Iterator[str]:
        host, port = out.getvalue().split("network:")[1].split()[0].split(":")

        def send() -> None:
            with socket.create_connection((host, int(port)), timeout=20) as connection:
                connection.sendall(HELLO)

        send()
        assert _printed(tmp_path, 1)
        yield "out\n"
        send()
        assert not list(tmp_path.glob("job-0002.png"))
        # Held bytes reach the printer's memory on its own thread.
        for _ in range(2_000):
            yield "paper\n"
            if list(tmp_path.glob("job-0002.png")):
                break
            time.sleep(0.01)
        yield "sing\n"
        yield "lie\n"
        yield "ok\n"
        yield "end\n"
        raise AssertionError("no word is read after the end")

    assert virtual_printer.serve(tmp_path, narrow=True, words=words(), out=out) == 0
    assert _printed(tmp_path, 2)
    said = out.getvalue()
    assert "now: out" in said and "now: lie" in said and "no such word: sing" in said and said.rstrip().endswith("now: well")


def test_every_word_that_is_offered_does_something(tmp_path: Path) -> None:
    out = io.StringIO()
    words = [word for word in virtual_printer.WORDS if word != "end"]
    virtual_printer.serve(tmp_path, words=words, out=out)
    assert "no such word" not in out.getvalue()
