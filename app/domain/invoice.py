"""The title a buyer wants on an invoice: its parts and the check of its tax number; pure."""

from __future__ import annotations

from dataclasses import dataclass

MAX_NAME = 100
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


@dataclass(frozen=True, slots=True)
class InvoiceTitle:
    """Whom an invoice is made out to; only the name is needed, and for a person there is no tax number."""

    name: str
    tax_id: str = ""
    address_phone: str = ""
    bank: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is known yet."""
        return not self.name

    @classmethod
    def typed(cls, name: str, tax_id: str) -> InvoiceTitle:
        """Return a title as a person typed it: blanks at the ends and within the tax number do not count."""
        return cls(" ".join(name.split()), "".join(tax_id.split()).upper())


NOBODY = InvoiceTitle("")
"""No buyer named yet."""


def problem(title: InvoiceTitle) -> str:
    """Return what is wrong with a title: '' | invoice_name | invoice_tax_id.

    A tax number has 15 to 20 letters and digits; one of 18 is a unified social credit code and carries a check
    character (GB 32100-2015, modulo 31), but for those that begin with an old identity number.
    """
    if not 0 < len(title.name) <= MAX_NAME:
        return "invoice_name"
    number = title.tax_id
    if not number:
        return ""
    if not (number.isascii() and number.isalnum() and 15 <= len(number) <= 20):
        return "invoice_tax_id"
    if len(number) != 18 or number[:17].isdigit():
        return ""  # 17 digits and a check of their own: an identity number, not a credit code
    if any(ch not in _CREDIT_ALPHABET for ch in number):
        return "invoice_tax_id"
    return "" if credit_check(number[:17]) == number[17] else "invoice_tax_id"


def credit_check(body: str) -> str:
    """Return the eighteenth character of a unified social credit code from its first seventeen (GB 32100-2015)."""
    total = sum(_CREDIT_ALPHABET.index(ch) * weight for ch, weight in zip(body, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[-total % 31]
