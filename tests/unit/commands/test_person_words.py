"""`yaogui report person` and `yaogui erase`: a copy of everything about one person, and its end, each by a PIN and each on record."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.assembly import open_store
from app.commands import EXIT_FAILED, EXIT_OK, erase, report, retention
from app.records import events
from app.records.clock import SystemClock
from app.records.ledger import PrivateBlob
from app.records.people import Consent, FamilyPerson
from app.store.tables import private_blob

MASKS = "6999600000494"
HER = "member-00001"


@pytest.fixture
def folder(demo_counter: Any) -> Path:
    """A demo shop at which the first member bought, was measured, consented and has a son; the window is closed."""
    till = demo_counter.till
    till.selling.attach_member(HER)
    demo_counter.sell(MASKS)
    store = till.store
    store.people.save_members([], [FamilyPerson(id="kin", member_id=HER, name="赵大强", relation="son")]).result(60)
    store.journal.record(
        [
            events.ReadingTaken(
                reading_id="r1", member_id=HER, kind="pressure", blob_id="blob-r1", place="store", taken_at=till.clock.now()
            ),
            events.ConsentSet(consent_id="c1", member_id=HER, purpose="sms", text_version="1", given=True, channel="spoken"),
            events.ConsentSet(consent_id="c2", member_id=HER, purpose="sms", text_version="1", given=False, channel="spoken"),
        ],
        actor="staff-1001",
        day=till.post.day(till.clock.now().date()),
        private=[PrivateBlob("blob-r1", HER, "reading", json.dumps({"figures": {"high": 138, "low": 86}, "context": ""}).encode())],
    ).result(60)
    phone = store.people.member(HER).phone
    told = Consent(id=f"{HER}:share", member_id=HER, purpose="share", given=True, text_version="1", at=till.clock.now())
    store.inbox.apply("consent", [told.model_dump(mode="json")], "feed:1:aa").result(60)
    (Path(till.folder) / "her.txt").write_text(phone)
    till.close()
    return Path(till.folder)


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def phone_of(folder: Path) -> str:
    return (folder / "her.txt").read_text()


def test_a_copy_holds_everything_with_its_keys_explained_and_third_persons_masked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "1003")
    assert report.main(["person", "--data", str(folder), "--member", phone_of(folder)]) == EXIT_OK
    told, paper = (Path(line) for line in capsys.readouterr().out.split())
    said = json.loads(told.read_text("utf-8"))
    data = said["data"]
    assert data["profile"][0]["phone"] == phone_of(folder) and "code_key" not in json.dumps(said)
    assert {"name": "赵*强", "relation": "son"} in data["family"] and "赵大强" not in told.read_text("utf-8")
    assert {"high": 138, "low": 86} in [one["figures"] for one in data["readings"]]
    assert [one["given"] for one in data["consents"] if one["purpose"] == "sms"] == [True, False]
    assert [one["given"] for one in data["consents"] if one["purpose"] == "share"] == [True], "what was said at another till"
    assert data["purchases"][0]["amount_fen"] > 0 and data["points"]
    assert all(set().union(*rows) <= set(said["keys"][key]) for key, rows in data.items())
    assert {"stored_value", "coupons_used", "tier"} <= set(data), "nothing that the till holds of her is left out"
    assert said["kept_after_erasure"] and paper.read_bytes().startswith(b"%PDF")
    assert told.stat().st_mode & 0o077 == paper.stat().st_mode & 0o077 == 0
    store = open_store(folder, SystemClock(), write=False)
    (look,) = store.journal.of_type("member.revealed@1")
    store.close()
    assert (look.body["what"], look.body["purpose"], look.actor) == ("export", "request", "staff-1003")


def test_without_the_pin_nothing_is_copied_and_nobody_is_erased(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "9999")
    assert report.main(["person", "--data", str(folder), "--member", phone_of(folder)]) == EXIT_FAILED
    typed(monkeypatch, "9999", "erase")
    assert erase.main(["--data", str(folder), "--member", phone_of(folder)]) == EXIT_FAILED
    typed(monkeypatch, "1003", "no")
    assert erase.main(["--data", str(folder), "--member", phone_of(folder)]) == EXIT_FAILED
    store = open_store(folder, SystemClock(), write=False)
    assert store.people.member(HER) is not None and not store.people.erased(HER)
    store.close()


def test_a_typed_confirmation_erases_closes_the_points_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "1003", "erase")
    assert erase.main(["--data", str(folder), "--member", phone_of(folder)]) == EXIT_OK
    assert phone_of(folder) not in capsys.readouterr().out
    store = open_store(folder, SystemClock(), write=False)
    assert store.people.erased(HER) and store.people.find_members(phone_of(folder)) == ()
    (closing,) = [one for one in store.journal.of_type("points.moved@1") if one.body["kind"] == "adjust"]
    assert closing.body["points"] < 0
    store.close()
    typed(monkeypatch, "1003", "erase")
    assert erase.main(["--data", str(folder), "--member", phone_of(folder)]) == EXIT_FAILED
    typed(monkeypatch, "1003")
    assert report.main(["access", "--data", str(folder), "--day", "2026-11-01", "--to", "2027-12-31", "--csv"]) == EXIT_OK


def test_records_past_their_term_are_counted_and_with_a_pin_and_a_word_destroyed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(folder, SystemClock())
    store.private.save([PrivateBlob(f"b{n}", f"reg-{n}", "buyer", b"name and number") for n in range(3)]).result(60)
    old = private_blob.update().where(private_blob.c.blob_id.in_(("b0", "b1"))).values(at=datetime(2001, 1, 1, tzinfo=UTC))
    store.writer.submit(lambda connection: connection.execute(old) and None).result(60)
    store.close()

    def word(*words: str) -> tuple[int, str]:
        code = retention.main(["--data", str(folder), *words])
        return code, capsys.readouterr().out

    code, said = word()
    assert code == EXIT_OK and "register: 2 past 5 years" in said and "invoice: 0 past 30 years" in said
    for lines in (("9999", "destroy"), ("1003", "yes")):
        typed(monkeypatch, *lines)
        assert word("--apply")[0] == EXIT_FAILED
    assert "register: 2 past" in word()[1]
    typed(monkeypatch, "1003", "destroy")
    code, said = word("--apply")
    assert code == EXIT_OK and "destroyed: 2" in said
    assert "register: 0 past" in word()[1]
    store = open_store(folder, SystemClock(), write=False)
    assert store.private.open("b2") == b"name and number"
    store.close()
