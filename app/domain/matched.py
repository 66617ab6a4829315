"""What of a name was meant by a typed text: the characters to be coloured in a list of what was found."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

_FIRST_LETTERS = "abcdefghjklmnopqrstwxyz"
_BEGINS = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
"""Where each first letter begins: GB 2312-80 keeps its 3,755 common characters in the order of their pinyin (rows 16 to 55)."""
_END = 0xD7FA
KEPT = 4096


@lru_cache(KEPT)
def first_letter(character: str) -> str:
    """The first pinyin letter of a common character, a letter or digit itself in lower case, '' for anything else.

    A character of several readings has the one it is filed under; a rare one has none, and what it stands in is not coloured.
    """
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    try:
        code = int.from_bytes(character.encode("gb2312"))
    except UnicodeEncodeError:
        return ""
    return _FIRST_LETTERS[bisect_right(_BEGINS, code) - 1] if _BEGINS[0] <= code < _END else ""


def matched(name: str, text: str) -> tuple[tuple[int, int], ...]:
    """Where the words of a text stand in a name, as (begin, end): written out, or by the first letters of its characters.

    Spans do not overlap and stand in order. A word that stands nowhere (a strength, a maker, a whole syllable) colours nothing.
    """
    marked = [False] * len(name)
    written = name.casefold()
    if len(written) != len(name):
        return ()
    letters = [first_letter(character) or " " for character in name]
    for word in text.casefold().split():
        at = written.find(word)
        if at < 0 and word.isascii():
            # One letter says how a name begins; inside, every name has it.
            at = "".join(letters).find(word, 0, len(letters) if len(word) > 1 else 1)
        if at >= 0:
            marked[at : at + len(word)] = [True] * len(word)
    spans: list[tuple[int, int]] = []
    for at, on in enumerate(marked):
        if on and spans and spans[-1][1] == at:
            spans[-1] = (spans[-1][0], at + 1)
        elif on:
            spans.append((at, at + 1))
    return tuple(spans)
