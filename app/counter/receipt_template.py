"""The template of a sale's receipt: which blocks stand in which order, which fields a line has, and the shop's own words.

It is data (`resources/paper/receipt.json`), a shop may set its own (setting `receipt.template`), and `check` refuses
one that leaves out what a receipt must say, with the reason.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.devices.ticket import width
from app.domain.verdict import Text
from app.records.resources import resource
from app.store.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A block of the receipt, or a field of its lines: its title, why it may not be left out ('' where it may), and if it repeats."""

    key: str
    title: Text
    basis: Text | None = None
    many: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """How the receipt of a sale is put together.

    headline: printed large instead of the store's name ('' for that name). header, footer: the shop's own lines.
    labels: each fact of a line bears its label, else one row above the goods says what stands where. bold_names: names
    of goods are bold.
    """

    headline: str
    header: tuple[str, ...]
    footer: tuple[str, ...]
    blocks: tuple[str, ...]
    fields: frozenset[str]
    labels: bool
    bold_names: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a template may not be used: code (shape | unknown | twice | missing | order | long | rx_promoted), the part, and the sentence."""

    code: str
    part: str
    sentence: Text


@cache
def _source() -> Mapping[str, Any]:
    """Return the resource."""
    found: Mapping[str, Any] = json.loads(resource("paper", "receipt.json").read_text(encoding="utf-8"))
    return found


@cache
def parts(kind: str) -> Mapping[str, Part]:
    """Return the known `blocks` or `fields` by key, in the order in which the editor lists them."""
    return {
        key: Part(key, Text(row["zh"], row["en"]), Text(**row["basis"]) if "basis" in row else None, row.get("many", False))
        for key, row in _source()[kind].items()
    }


@cache
def standard() -> Template:
    """Return the template that stands while a shop has none of its own."""
    return _read(_source()["template"])


def standard_body() -> dict[str, Any]:
    """Return the standard template in the shape in which it is edited and kept."""
    body: dict[str, Any] = json.loads(json.dumps(_source()["template"]))
    return body


def template_of(settings: Settings) -> Template:
    """Return the template of this shop; an unlawful one (kept by an older version, say) is put aside for the standard one.

    Lines above and below come from the template, and where it has none from `paper.header` and `paper.footer`.
    """
    body = {**standard_body(), **settings.get("receipt.template")}
    found = check(body)
    if found:
        log.warning("receipt template put aside: %s", ", ".join(f"{each.code} {each.part}" for each in found))
        body = standard_body()
    for key in ("header", "footer"):
        body[key] = body[key] or settings.get(f"paper.{key}")
    return _read(body)


def read(body: Mapping[str, Any]) -> Template:
    """Return a template from its edited shape; what it leaves out is the standard's. ValueError for an unlawful one."""
    whole = {**standard_body(), **body}
    found = check(whole)
    if found:
        raise ValueError(found[0].sentence.en)
    return _read(whole)


def check(body: Mapping[str, Any], rx_names: Collection[str] = ()) -> tuple[Problem, ...]:
    """Return everything that speaks against a template in its edited shape; nothing means that it may be used.

    rx_names: names of prescription medicines, which the shop's own lines may not promote to the public.
    """
    whole = {**_source()["template"], **body}
    wrong = _shape(whole)
    if wrong:
        return wrong
    found: list[Problem] = []
    for kind in ("blocks", "fields"):
        found += _parts_problems(kind, whole[kind])
    places = [whole["blocks"].index(key) for key in _source()["order"] if key in whole["blocks"]]
    if places != sorted(places):
        names = "、".join(parts("blocks")[key].title.zh for key in _source()["order"])
        english = ", ".join(parts("blocks")[key].title.en for key in _source()["order"])
        found.append(Problem("order", "blocks", Text(f"须按这个次序：{names}", f"These stand in this order: {english}")))
    found += _words_problems(whole, rx_names)
    return tuple(found)


def own_words(body: Mapping[str, Any]) -> str:
    """Return all that a template in its edited shape says in the shop's own words, one to a line."""
    whole = {**_source()["template"], **body}
    return "\n".join((whole["headline"], *whole["header"], *whole["footer"]))


def _shape(whole: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return a problem where a part has another type than the standard's."""
    texts: Callable[[object], bool] = lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value)  # noqa: E731
    kinds: dict[str, Callable[[object], bool]] = {
        "headline": lambda value: isinstance(value, str),
        "header": texts,
        "footer": texts,
        "blocks": texts,
        "fields": texts,
        "labels": lambda value: isinstance(value, bool),
        "bold_names": lambda value: isinstance(value, bool),
    }
    unknown = [key for key in whole if key not in kinds]
    bad = unknown + [key for key, fits in kinds.items() if not fits(whole[key])]
    return tuple(Problem("shape", key, Text(f"模板的「{key}」读不懂", f"“{key}” of the template cannot be read")) for key in bad)


def _parts_problems(kind: str, listed: list[str]) -> list[Problem]:
    """Return unknown, doubled and missing blocks or fields."""
    known = parts(kind)
    found = [Problem("unknown", key, Text(f"没有「{key}」这一项", f"There is no part “{key}”")) for key in listed if key not in known]
    for key in dict.fromkeys(listed):
        if key in known and listed.count(key) > 1 and not known[key].many:
            title = known[key].title
            found.append(Problem("twice", key, Text(f"「{title.zh}」只能放一次", f"“{title.en}” may stand only once")))
    for key, part in known.items():
        if part.basis is not None and key not in listed:
            sentence = Text(f"「{part.title.zh}」不能去掉：{part.basis.zh}", f"“{part.title.en}” may not be left out: {part.basis.en}")
            found.append(Problem("missing", key, sentence))
    return found


def _words_problems(whole: Mapping[str, Any], rx_names: Collection[str]) -> list[Problem]:
    """Return what is wrong with the shop's own words."""
    limits = _source()["limits"]
    found = []
    if width(whole["headline"]) > limits["headline_cells"]:
        most = limits["headline_cells"]
        found.append(Problem("long", "headline", Text(f"大标题最多 {most // 2} 个汉字", f"The headline has at most {most} cells")))
    named = next((name for name in rx_names if name and name in whole["headline"]), "")
    if named:
        found.append(_promoted("headline", "大标题", "The headline promotes", named))
    for key, zh, en in (("header", "抬头文字", "The lines above"), ("footer", "结尾文字", "The lines below")):
        lines = whole[key]
        if len(lines) > limits["own_lines"] or any(len(line) > limits["own_line_characters"] for line in lines):
            rows, most = limits["own_lines"], limits["own_line_characters"]
            sentence = Text(f"{zh}最多 {rows} 行，每行 {most} 字", f"{en} are at most {rows} of {most} characters")
            found.append(Problem("long", key, sentence))
        named = next((name for line in lines for name in rx_names if name and name in line), "")
        if named:
            found.append(_promoted(key, zh, f"{en} promote", named))
    return found


def _promoted(part: str, zh: str, en: str, name: str) -> Problem:
    """Return what the advertising law says of a name in the shop's own words."""
    zh_law = f"{zh}提到处方药「{name}」：处方药不得向公众宣传（广告法第十五条，待核）"
    en_law = f"{en} the prescription medicine “{name}” to the public (Advertising Law, article 15: verify)"
    return Problem("rx_promoted", part, Text(zh_law, en_law))


def _read(whole: Mapping[str, Any]) -> Template:
    """Return a checked body as a template."""
    return Template(
        headline=whole["headline"],
        header=tuple(whole["header"]),
        footer=tuple(whole["footer"]),
        blocks=tuple(whole["blocks"]),
        fields=frozenset(whole["fields"]),
        labels=whole["labels"],
        bold_names=whole["bold_names"],
    )
