"""Help pages as data: a small text format with a title, sections, lists and keys, read into frozen blocks and searched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_STEP = re.compile(r"(\d{1,2})\. (.+)")
_KEY = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, bullet or step; `{F12}` in its text names a key of the standard layout."""

    kind: str
    """para | bullet | step."""
    text: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks below a headline; the first section of a page has none."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class HelpPage:
    """What there is to know about one screen, in one language."""

    key: str
    title: str
    sections: tuple[Section, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Standard keys that the page speaks of, in order."""
        found = [key for section in self.sections for block in section.blocks for key in _KEY.findall(block.text)]
        return tuple(dict.fromkeys(found))


def parse(key: str, text: str) -> HelpPage:
    """Read a page; ValueError names the line that is not of the format."""
    title = ""
    sections: list[Section] = []
    head, blocks = "", list[Block]()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        step = _STEP.fullmatch(line)
        if not line:
            continue
        if line.startswith("## "):
            if head or blocks:
                sections.append(Section(head, tuple(blocks)))
            head, blocks = line[3:], []
        elif line.startswith("# "):
            if title:
                raise ValueError(f"{key}: line {number} is a second title")
            title = line[2:]
        elif line.startswith("#"):
            raise ValueError(f"{key}: line {number} is no headline of the format")
        elif step:
            blocks.append(Block("step", step.group(2), int(step.group(1))))
        else:
            blocks.append(Block("bullet", line[2:]) if line.startswith("- ") else Block("para", line))
    if not title:
        raise ValueError(f"{key}: no title")
    return HelpPage(key, title, (*sections, Section(head, tuple(blocks))))


def runs(text: str) -> tuple[tuple[str, bool], ...]:
    """A block's text as (words, whether they are a key) from left to right."""
    parts = _KEY.split(text)
    return tuple((part, bool(place % 2)) for place, part in enumerate(parts) if part)


def find(pages: Mapping[str, HelpPage], text: str) -> tuple[str, ...]:
    """Keys of the pages that hold every word of a text: by their title first, then by their headlines, then anywhere."""
    words = text.casefold().split()

    def grade(page: HelpPage) -> int:
        title = page.title.casefold()
        heads = " ".join(section.title for section in page.sections).casefold()
        body = " ".join(block.text for section in page.sections for block in section.blocks).casefold()
        for order, place in enumerate((title, heads, f"{title} {heads} {body}")):
            if all(word in place for word in words):
                return order
        return 3

    return tuple(sorted((key for key in pages if grade(pages[key]) < 3), key=lambda key: grade(pages[key])))
