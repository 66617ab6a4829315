"""How large the interface is drawn: one factor that multiplies every size, besides what the screen itself scales."""

from typing import NamedTuple

SMALLEST, LARGEST = 0.9, 1.8
# What the person may choose, as multiples of the automatic base of the screen.
CHOICES: dict[str, float] = {"small": 0.9, "standard": 1.0, "large": 1.15, "largest": 1.3}
# The pages are drawn for this window, in pixels of the screen's own scaling.
DESIGN_WIDTH, DESIGN_HEIGHT = 1366, 768


def clamp(factor: float) -> float:
    """The factor held within what the pages can stand."""
    return max(SMALLEST, min(LARGEST, factor))


def automatic(width: int, height: int) -> float:
    """The base factor for a screen of `width` × `height` pixels, never below 1.0: small screens collapse instead."""
    return max(1.0, min(width / DESIGN_WIDTH, height / DESIGN_HEIGHT) * 0.95)


def fitting(choice: float, width: int, height: int) -> float:
    """The factor of a person's choice on a screen: as much larger as the screen holds the pages whole, so that no key ever lies outside."""
    base = automatic(width, height)
    return min(base * choice, max(base, min(width / DESIGN_WIDTH, height / DESIGN_HEIGHT)))


class Scale(NamedTuple):
    """The factor in force and, for fingers, whether every target is raised to 44."""

    factor: float = 1.0
    touch: bool = False

    def px(self, size: float) -> int:
        """Pixels for a size of the design; a positive size never becomes 0."""
        if size <= 0:
            return round(size * self.factor)
        return max(1, round(size * self.factor))

    def target(self, size: float) -> int:
        """Pixels of something pressed: at least 28, or 44 in the touch profile, before scaling."""
        return self.px(max(size, 44 if self.touch else 28))
