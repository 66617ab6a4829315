"""What worker threads say arrives on the window's thread, in order."""

from __future__ import annotations

import threading

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.desktop.bridge import Bridge


class Listener(QObject):
    """Notes what came and on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[object, bool]] = []

    def hear(self, what: object) -> None:
        self.heard.append((what, threading.current_thread() is threading.main_thread()))


def _turn(milliseconds: int = 50) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def test_a_commit_resumes_on_the_windows_thread_with_its_tag(qapp: QApplication) -> None:
    bridge, listener = Bridge(), Listener()
    bridge.resumed.connect(listener.hear)
    worker = threading.Thread(target=bridge.resume("pay"))
    worker.start()
    worker.join()
    assert listener.heard == []
    _turn()
    assert listener.heard == [("pay", True)]


def test_states_of_a_thread_arrive_in_their_order(qapp: QApplication) -> None:
    bridge, listener = Bridge(), Listener()
    bridge.syncing.connect(listener.hear)
    bridge.printing.connect(listener.hear)

    def work() -> None:
        for n in range(20):
            (bridge.sync_state if n % 2 else bridge.print_state)(n)

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    _turn()
    assert [what for what, _ in listener.heard] == list(range(20))
    assert all(on_window for _, on_window in listener.heard)
