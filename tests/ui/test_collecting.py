"""What nobody needs any more is taken apart on the window's thread alone, and while nobody types."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.collecting import CROWDED, IDLE_S, RESTED_S, Collecting


class _Ring(QWidget):
    """A widget that nobody owns and that holds itself."""

    def __init__(self) -> None:
        super().__init__()
        self.ring = self


def _work_elsewhere() -> None:
    """What makes Python's own collector work on another thread."""
    kept = [[number] for number in range(200_000)]
    assert kept


def test_no_thread_beside_the_window_s_own_takes_a_widget_apart(make_hand: Callable[..., Any]) -> None:
    gc.enable()
    hand = make_hand()
    hand.sign_in()
    ended: list[int] = []
    for _ in range(50):
        weakref.finalize(_Ring(), lambda: ended.append(threading.get_ident()))
    worker = threading.Thread(target=_work_elsewhere)
    worker.start()
    worker.join()
    hand.until(lambda: len(ended) == 50)
    assert set(ended) == {threading.get_ident()}


def _due(monkeypatch: pytest.MonkeyPatch, rested_s: float, counts: tuple[int, int, int]) -> list[int]:
    """The generations that one look collects."""
    collected: list[int] = []
    application = QApplication.instance()
    assert application is not None
    owner = QObject()
    collecting = Collecting(lambda: rested_s, owner)
    with monkeypatch.context() as patch:
        patch.setattr(gc, "get_count", lambda: counts)
        patch.setattr(gc, "get_threshold", lambda: (700, 10, 10))
        patch.setattr(gc, "collect", collected.append)
        collecting.look()
    return collected


@pytest.mark.parametrize(
    ("rested_s", "counts", "collected"),
    [
        (RESTED_S + 1, (700, 3, 3), []),
        (RESTED_S + 1, (701, 3, 3), [0]),
        (RESTED_S + 1, (701, 11, 3), [1]),
        (IDLE_S - 0.1, (5, 0, 11), []),
        (IDLE_S + 0.1, (5, 11, 11), [2]),
        (0.0, (701, 11, 11), []),
        (0.0, (700 * CROWDED + 1, 11, 11), [0]),
        (0.0, (701, 11, 10 * CROWDED + 1), [2]),
    ],
)
def test_a_person_who_acts_is_left_alone_and_the_old_wait_for_a_pause(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, rested_s: float, counts: tuple[int, int, int], collected: list[int]
) -> None:
    assert _due(monkeypatch, rested_s, counts) == collected
