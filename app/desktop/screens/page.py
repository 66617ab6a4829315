"""What every page of the window is: its key, its words, its function keys, and how scans, keys and scenes reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.theme import Theme
from app.desktop.till import Till
from app.domain.verdict import Text

if TYPE_CHECKING:
    # Named only: the sign-in page paints before the counter and what it imports are loaded.
    from app.counter.scene import Echo, Scene
    from app.desktop.bridge import Bridge


@dataclass(frozen=True, slots=True)
class FKeySpec:
    """One key of the function bar: the key as written on it (`F3`, `Del`), its words, and what it does."""

    key: str
    label: Text
    act: Callable[[], None]
    enabled: bool = True
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page is given to work with; all of it lives as long as the window."""

    theme: Theme
    till: Till
    bridge: Bridge


class Page(QWidget):
    """One page; the window calls its methods on the GUI thread only, and it answers by its signals.

    A page shows nothing of its own making: it draws scenes, and turns `Refused` into an echo (`refuse`).
    """

    go = Signal(str)
    """Show the page with this key."""
    echo = Signal(object)
    """An `app.counter.scene.Echo` to show (and sound) where the person looks."""
    changed = Signal()
    """Function keys, badges or the sale's number may differ now: the window reads them again."""
    type_back = Signal()
    """Give the keyboard back to the omnibox."""
    scan = Signal(str)
    """A code to be taken as if the scanner had read it."""
    wish = Signal(str)
    """Open the window anew: `again` on the same shop, `training` on the practice shop beside it, `real` back."""
    toast = Signal(str, str)
    """A short message at the bottom (words in the language in force, icon name)."""

    key: str = ""
    """Name for `go`; one of sale, pay, returns, stock, shift, sync, settings."""
    title: Text = Text("")
    icon: str = "circle"
    """Icon in the rail (a Phosphor name)."""
    in_rail: bool = True
    """Whether the rail leads here (the pay page is reached from the sale only)."""
    at_foot: bool = False
    """Whether the rail shows it below, beside synchronising."""
    takes_scans: bool = False
    """Whether `on_scanned` is called here; otherwise a scan goes to the sale page."""
    searches: bool = False
    """Whether what is typed and chosen in the omnibox comes to this page; otherwise it goes to the sale page."""
    suggests: bool = True
    """Whether products are listed under the omnibox while something is typed here."""
    box_words: Text = Text("")
    """What may be typed into the omnibox here, where that is not what may be typed anywhere."""
    draws_echo: bool = False
    """Whether the page shows its echoes itself; otherwise the window's strip above the function bar does."""

    @property
    def adds(self) -> bool:
        """Whether Enter on a listed product puts it into the sale, rather than shows it."""
        return False

    @classmethod
    def wanted(cls, till: Till) -> bool:
        """Whether this till has the page at all; asked once."""
        return True

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.around = around
        self.theme = around.theme
        self.till = around.till
        self.bridge = around.bridge

    def meet(self, pages: Mapping[str, Page]) -> None:
        """The pages of the window by key, once all are made."""

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The function bar of this page as it stands now."""
        return ()

    def badge(self) -> str:
        """Waiting work as shown at the page's place in the rail; '' for none."""
        return ""

    def read_behind(self) -> None:
        """Read what a scan must not wait for; called a moment after the page has changed, and only while it is on screen."""

    @property
    def reading(self) -> bool:
        """Whether any of that is still being read."""
        return False

    def on_shown(self) -> None:
        """The page has just come to the front (also after signing in): read the scene anew and take the focus if wanted."""

    def on_left(self) -> None:
        """Another page comes to the front, or the till is locked."""

    def on_scanned(self, raw: str) -> None:
        """One whole scan, without its suffix."""

    def show_topic(self, key: str) -> None:
        """What the page is to be about when it comes up next: the key of another page."""

    def takes_key(self, name: str) -> bool:
        """A key, by the name of the physical one, before it means anything: True when the page was waiting for just any key."""
        return False

    def on_timed(self, gap_ms: float, widest_ms: int) -> None:
        """How fast the scan that comes next was typed: mean and longest milliseconds between two characters; 0 for no keyboard."""

    def on_key(self, name: str) -> bool:
        """A key that no function key and no focused field took (`Up`, `Down`, `+`, `-`, `Esc`, `1`…`9`, `Enter`); True when used."""
        return False

    def on_resumed(self, tag: str) -> None:
        """A commit asked for with `bridge.resume(tag)` has returned: settle it. The page whose key is the tag (before any `:`) is told."""

    def on_omnibox(self, text: str) -> bool:
        """Enter on `text` in the omnibox (nothing chosen in its list); True when used. On '' the sale begins payment."""
        return False

    def on_product(self, product_id: str) -> None:
        """A product was chosen in the list under the omnibox."""

    def show_scene(self, scene: Scene) -> None:
        """Draw a new scene of the sale."""

    def undo(self) -> bool:
        """Ctrl Z; True when something was taken back."""
        return False

    def tell(self, echo: Echo | None) -> None:
        """Hand an echo to the window, which words it and plays its sound; None is nothing."""
        if echo is not None:
            self.echo.emit(echo)
