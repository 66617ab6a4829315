"""Setting a printer up in a terminal: what was found, a test page, three questions, and the settings are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.assembly import font, open_store
from app.commands import EXIT_FAILED, EXIT_FAULT, EXIT_OK, options
from app.commands.faults import in_words
from app.devices import finding
from app.devices.finding import Found
from app.devices.fitting import Fitting
from app.devices.printer import PrintOutcome
from app.devices.trying import print_page
from app.records.clock import Clock
from app.store.faults import StoreFault

Ask = Callable[[str], str]
_YES = ("y", "yes", "是", "1")
_NO = ("n", "no", "不是", "否", "2")


def fit(
    folder: Path,
    clock: Clock,
    which: str,
    *,
    ask: Ask = input,
    look: Callable[[], tuple[Found, ...]] = finding.here,
    page: Callable[[Found, Path], PrintOutcome] = print_page,
) -> int:
    """Find, try and keep a printer for `printer` or `printer2` of a till that does not run just now; the exit code."""
    chosen = _choose(ask, look())
    if chosen is None:
        options.tell("nothing was changed")
        return EXIT_FAILED
    fitting = Fitting(chosen)
    while fitting.step != "done":
        if fitting.step == "page":
            print(f"测试页 / test page → {chosen.way} {chosen.address}")
            outcome = page(chosen, font())
            if outcome.state == "failed":
                options.tell(f"the test page could not be printed: {dict(outcome.facts)}")
                return EXIT_FAILED
            fitting = fitting.printed()
        question = fitting.question
        assert question is not None
        number, of = fitting.place
        answer = ask(f"[{number}/{of}] {question.zh}\n      {question.en} (y/n, b = back): ").strip().lower()
        if answer in _YES or answer in _NO:
            fitting = fitting.answer(answer in _YES)
        elif answer == "b":
            fitting = fitting.back()
    try:
        store = open_store(folder, clock)
    except (OSError, StoreFault) as error:
        options.tell(f"cannot write {folder}: {in_words(error)} (close the till's window first)")
        return EXIT_FAULT
    try:
        store.settings.set_many(fitting.settings(which)).result()
    finally:
        store.close()
    print(f"{which}: {chosen.way} {chosen.address}, {fitting.charset}, {fitting.cells} 字/行, {'切纸' if fitting.cutter else '手撕'}")
    return EXIT_OK


def _choose(ask: Ask, found: tuple[Found, ...]) -> Found | None:
    """One of what was found, what the network has where a person asks for it, or an address as typed."""
    while True:
        for number, each in enumerate(found, 1):
            print(f"  {number}  {each.title}  [{each.way}:{each.address}]")
        if not found:
            print("  没有找到打印机 / no printer found on this computer")
        print("  选号；n = 在店内网络里找；或写 方式:地址；空 = 放弃")
        word = ask("  number, n = look in the network, WAY:ADDRESS, or empty to stop: ").strip()
        if not word:
            return None
        if word.isdecimal() and 1 <= int(word) <= len(found):
            return found[int(word) - 1]
        if word.lower() == "n":
            known = {each.address for each in found}
            found = (*found, *(each for each in _network() if each.address not in known))
        elif ":" in word:
            way, _, address = word.partition(":")
            return Found(way, address, address, True)


def _network() -> tuple[Found, ...]:
    """Who answers on the printers' port among the neighbours, with progress; Ctrl C stops the search, not the set-up."""
    own = finding.own_address()
    hosts = finding.neighbours(own) if own else ()
    if not hosts:
        options.tell("this computer is in no shop network")
        return ()
    with options.progress("端口 9100", total=len(hosts)) as step:
        found = finding.scan(hosts, on_progress=lambda done, _: step(done))
    if not found:
        options.tell("no printer answered on port 9100")
    return found
