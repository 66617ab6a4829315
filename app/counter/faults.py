"""What can stop an act: a refusal with a word for the screen."""

from __future__ import annotations


class Refused(Exception):
    """An act that may not be done now; `code` is worded by the desktop, `facts` fill the sentence."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
