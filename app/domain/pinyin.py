"""How the name of a product is spelt in pinyin: every likely reading, as initials and in full."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

MOST_SPELLINGS = 16
"""A name of many polyphones has thousands of readings; the likeliest sixteen are kept."""

_LONGEST_COMMON_PHRASE = 4
"""Longer phrases of a general dictionary are idioms, which no drug is named after."""

_RUN = re.compile(r"[㐀-鿿〇\U00020000-\U0003ffff]+|[^㐀-鿿〇\U00020000-\U0003ffff]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """The pinyin of one name, without tones, the likeliest reading first."""

    initials: tuple[str, ...]
    full: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Syllable:
    """One place of a name: its usual reading, and the others with how unlikely each is (0 living, 1 archaic)."""

    usual: str
    others: tuple[tuple[int, str], ...]


class Speller:
    """Spells names: by drug phrases, then by common ones, then each character, and then by every other reading."""

    def __init__(
        self,
        phrases: Mapping[str, Sequence[str]],
        polyphones: Mapping[str, Sequence[str]],
        leading: Iterable[str],
        common_phrases: Container[str],
        read_phrase: Callable[[str], Sequence[str]],
        read_character: Callable[[str], Sequence[str]],
    ) -> None:
        self._phrases = dict(phrases)
        self._common_phrases = common_phrases
        self._longest_phrase = max([_LONGEST_COMMON_PHRASE, *map(len, self._phrases)])
        self._polyphones = dict(polyphones)
        self._leading = tuple(sorted(leading, key=len, reverse=True))
        self._read_phrase = lru_cache(maxsize=30_000)(read_phrase)
        self._read_character = lru_cache(maxsize=30_000)(read_character)
        self._place = lru_cache(maxsize=30_000)(self._read_place)
        self.spell: Callable[[str], Spelling] = lru_cache(maxsize=60_000)(self._spell)
        """`spell(name)`: the spellings of a name already squashed to letters, digits and hanzi."""

    @classmethod
    def of(cls, document: Mapping[str, Mapping[str, str] | Sequence[str]]) -> Speller:
        """A speller over pypinyin (60 MB: only where catalogues are built) and the rows of `phrases.json`."""
        pypinyin = importlib.import_module("pypinyin")
        normal = pypinyin.Style.NORMAL

        def read_phrase(text: str) -> Sequence[str]:
            return [str(syllable) for syllable in pypinyin.lazy_pinyin(text, style=normal)]

        def read_character(character: str) -> Sequence[str]:
            return [str(syllable) for syllable in pypinyin.pinyin(character, style=normal, heteronym=True)[0]]

        phrases, polyphones, leading = document["phrases"], document["polyphones"], document["leading"]
        if not isinstance(phrases, Mapping) or not isinstance(polyphones, Mapping) or isinstance(leading, Mapping):
            raise ValueError("phrases and polyphones are objects of text to readings; leading is a list")
        for phrase, readings in phrases.items():
            if len(readings.split()) != len(phrase):
                raise ValueError(f"{phrase} needs {len(phrase)} readings, not {readings!r}")
        return cls(
            {phrase: readings.split() for phrase, readings in phrases.items()},
            {character: readings.split() for character, readings in polyphones.items()},
            leading,
            importlib.import_module("pypinyin.phrases_dict").phrases_dict,
            read_phrase,
            read_character,
        )

    def _spell(self, name: str) -> Spelling:
        initials: dict[str, None] = {}
        full: dict[str, None] = {}
        for text in self._starts(name):
            places = [place for run in _RUN.findall(text) for place in self._places(run)]
            full.update(dict.fromkeys(_readings([place[0] for place in places], MOST_SPELLINGS)))
            initials.update(dict.fromkeys(_readings([place[1] for place in places], MOST_SPELLINGS)))
        initials.pop("", None)
        full.pop("", None)
        return Spelling(tuple(initials), tuple(full))

    def _starts(self, name: str) -> list[str]:
        """The name, and the name without its salt or prefix: people type 二甲双胍 for 盐酸二甲双胍."""
        starts = [name]
        rest = name
        while True:
            lead = next((lead for lead in self._leading if rest.startswith(lead) and len(rest) >= len(lead) + 2), "")
            if not lead:
                return starts
            rest = rest[len(lead) :]
            starts.append(rest)

    def _places(self, run: str) -> list[tuple[_Syllable, _Syllable]]:
        """Each place of a run, in full and as its initial."""
        if not is_hanzi(run[0]):
            # Letters and digits inside a name stay whole, in the initials too: 维C银翘片 is wcyqp.
            written = _Syllable(run, ())
            return [(written, written)]
        return [self._place(character, usual) for character, usual in zip(run, self._usual(run), strict=True)]

    def _read_place(self, character: str, usual: str) -> tuple[_Syllable, _Syllable]:
        living = self._polyphones.get(character)
        if living is not None:
            others = [(0, reading) for reading in living if reading != usual]
        else:
            others = [(1, reading) for reading in dict.fromkeys(self._read_character(character)) if reading != usual]
        syllable = _Syllable(usual, tuple(others))
        return syllable, _initial(syllable)

    def _usual(self, run: str) -> list[str]:
        """One reading for each character: by the longest phrase that begins there, else its first in the dictionary."""
        readings: list[str] = []
        while len(readings) < len(run):
            place = len(readings)
            for length in range(min(self._longest_phrase, len(run) - place), 0, -1):
                phrase = self._phrase(run[place : place + length])
                if phrase:
                    readings += phrase
                    break
            else:
                readings.append(next(iter(self._read_character(run[place])), run[place]))
        return readings

    def _phrase(self, text: str) -> Sequence[str] | None:
        phrase = self._phrases.get(text)
        if phrase is None and 1 < len(text) <= _LONGEST_COMMON_PHRASE and text in self._common_phrases:
            return self._read_phrase(text)
        return phrase


def is_hanzi(character: str) -> bool:
    """Whether it is a Chinese character (punctuation and full-width letters are not)."""
    code = ord(character)
    return 0x3400 <= code <= 0x9FFF or code == 0x3007 or 0x20000 <= code <= 0x3FFFF


def _initial(syllable: _Syllable) -> _Syllable:
    usual = syllable.usual[0]
    best: dict[str, int] = {}
    for unlikely, reading in syllable.others:
        if reading[0] != usual:
            best[reading[0]] = min(unlikely, best.get(reading[0], 1))
    return _Syllable(usual, tuple((unlikely, letter) for letter, unlikely in best.items()))


def _readings(syllables: Sequence[_Syllable], most: int) -> list[str]:
    """Up to `most` readings: the usual one, those with one living reading changed, then two, then one archaic one."""
    usual = [syllable.usual for syllable in syllables]
    found = ["".join(usual)]
    changes = [
        (unlikely, place, reading) for place, syllable in enumerate(syllables) for unlikely, reading in syllable.others
    ]
    if not changes:
        return found
    living = [(place, reading) for unlikely, place, reading in changes if unlikely == 0]
    archaic = [(place, reading) for unlikely, place, reading in changes if unlikely == 1]
    singles = [(change,) for change in living]
    pairs = [pair for pair in combinations(living, 2) if pair[0][0] != pair[1][0]]
    triples = [] if len(living) > 6 else [t for t in combinations(living, 3) if len({place for place, _ in t}) == 3]
    for chosen in (*singles, *pairs, *triples, *((change,) for change in archaic)):
        if len(found) >= most:
            break
        changed = usual.copy()
        for place, other in chosen:
            changed[place] = other
        found.append("".join(changed))
    return found
