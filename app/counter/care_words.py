"""The words of care: doses, what is left, standings, to-dos and dealings, in both languages."""

from __future__ import annotations

from datetime import date

from app.domain.care import CareRules, Kind, Outlook, Reading, worded
from app.domain.refills import Dose
from app.records.text import Text

NOTHING = Text("", "")


def joined(parts: list[Text], zh: str = " · ", en: str = " · ") -> Text:
    """Several texts as one; empty ones are left out."""
    kept = [part for part in parts if part.zh]
    return Text(zh.join(part.zh for part in kept), en.join(part.en or part.zh for part in kept))


def day_text(day: date) -> Text:
    """A day as people say it: 11 月 28 日."""
    return Text(f"{day.month} 月 {day.day} 日", f"{day:%b} {day.day}")


def age_words(days: int) -> Text:
    """How long ago: 今天, 3 天前."""
    if days <= 0:
        return Text("今天", "today")
    return Text(f"{days} 天前", f"{days} days ago") if days > 1 else Text("昨天", "yesterday")


def amount(pieces_c: int) -> str:
    """Pieces of a dose: 1, 0.5, 1.25."""
    whole, part = divmod(pieces_c, 100)
    return f"{whole}.{part:02d}".rstrip("0") if part else str(whole)


_ONCE_AT = {
    "morning": Text("每早", "every morning"),
    "noon": Text("每天中午", "every noon"),
    "evening": Text("每晚", "every evening"),
    "bedtime": Text("每晚睡前", "at bedtime"),
}


def usage_words(dose: Dose, moment: str, piece: str, rules: CareRules) -> Text:
    """How a medicine is taken: 每晚 1 片, 每日 2 次，每次 1 片，饭后."""
    each = amount(dose.pieces_c)
    pieces = Text(f"{each} {piece}".strip(), each)
    if dose.every_days == 1 and dose.times == 1 and moment in _ONCE_AT:
        often = _ONCE_AT[moment]
        return Text(f"{often.zh} {pieces.zh}", f"{pieces.en} {often.en}")
    how = {1: Text("每日", "daily"), 2: Text("隔日", "every other day"), 7: Text("每周", "weekly")}
    often = how.get(dose.every_days, Text(f"每 {dose.every_days} 天", f"every {dose.every_days} days"))
    said = rules.moments.get(moment, NOTHING)
    if dose.times == 1:
        text = Text(f"{often.zh} {pieces.zh}", f"{pieces.en} {often.en}")
    else:
        text = Text(f"{often.zh} {dose.times} 次，每次 {pieces.zh}", f"{pieces.en}, {dose.times} times {often.en}")
    return joined([text, said], "，", ", ")


def habit_words(every_days: int) -> Text:
    """How often it was bought here."""
    return Text(f"约每 {every_days} 天买一次", f"bought about every {every_days} days")


def left_words(days_left: int) -> Text:
    """余 3 天, 今天用完, 已断 5 天."""
    if days_left > 0:
        return Text(f"余 {days_left} 天", f"{days_left} days left" if days_left > 1 else "1 day left")
    if days_left == 0:
        return Text("今天用完", "runs out today")
    return Text(f"已断 {-days_left} 天", f"out for {-days_left} days" if days_left < -1 else "out for 1 day")


def trend_words(kind: Kind, seen: Outlook, rules: CareRules) -> Text:
    """Where the readings go, in one sentence."""
    measure = kind.measures[kind.trend_figure]
    facts = {"diff": measure.worded(seen.difference), "unit": kind.unit, "count": seen.count_above, "last": seen.counted}
    words = rules.trend_words[seen.words]
    return Text(words.zh.format(**facts), words.en.format(**facts))


def reading_note(kind: Kind, reading: Reading, rules: CareRules) -> Text:
    """Occasion, further figures and place of a reading: 左臂 · 脉搏 72 · 家中自测."""
    parts = [kind.contexts.get(reading.context, NOTHING)]
    for name, value in reading.figures.items():
        if name in kind.measures and name not in kind.words and name not in ("height",):
            measure = kind.measures[name]
            parts.append(Text(f"{measure.title.zh} {measure.worded(value)}", f"{measure.title.en} {measure.worded(value)}"))
    parts.append(rules.places.get(reading.place, NOTHING))
    return joined(parts)


def reading_title(kind: Kind, reading: Reading, grade: Text) -> Text:
    """测血压 142/88，偏高."""
    value = worded(kind, reading.figures)
    return Text(f"测{kind.title.zh} {value}，{grade.zh}", f"{kind.title.en} {value}, {grade.en.lower()}")
