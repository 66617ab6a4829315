"""What the command line says of a fault of the disk: a sentence with the next step, the code kept in brackets."""

from __future__ import annotations

from app.store.faults import StoreFault

_SAID = {
    "store_in_use": "another process works on this folder; close its window first",
    "sqlite_too_old": "the SQLite driver is too old to be trusted; run packaging/run.sh again",
    "ledger_key_lost": "keys/ledger.key is gone; put the copy from the safe back, or restore a backup with its keys",
    "device_key_lost": "keys/device.key is gone; put the copy from the safe back, or restore a backup with its keys",
    "wrong_key": "keys/ledger.key does not open this ledger; put the right copy back, or, where the file itself is damaged, run "
    "`yaogui repair ledger`",
    "not_writable": "the folder cannot be written; check its rights and the disk",
    "ledger_newer": "it was written by a newer version; update the program",
    "ledger_io": "the disk failed while reading; copy the folder to another disk and run `yaogui check` there",
    "disk_full": "the disk is full; free some space and try again",
    "no_ledger": "there is no shop in it yet; `yaogui setup` makes one",
    "no_catalogue": "it has no catalogue yet; `yaogui import products FILE` makes one",
    "backup_bad": "the backup is not whole or not of this shop; take another one",
    "backup_failed": "the backup could not be written; check room and rights",
}


def in_words(error: OSError | ValueError | StoreFault) -> str:
    """The sentence for a fault; what has no words yet speaks for itself."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.strerror[0].lower()}{error.strerror[1:]}: {error.filename}"
    if not isinstance(error, StoreFault):
        return str(error)
    said = _SAID.get(error.code, "")
    if error.code == "ledger_other_version":
        older = error.facts.get("found", "") < error.facts.get("needed", "")
        said = (
            "an earlier version wrote it; start `yaogui desktop` on it once: a copy is made, then it is brought forward"
            if older
            else _SAID["ledger_newer"]
        )
    return f"{said} [{error}]" if said else str(error)
