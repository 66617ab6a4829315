"""Masks over personal data, as a screen, a receipt or a log may show it."""

from __future__ import annotations


def mask_phone(phone: str) -> str:
    """13812346620 -> 138****6620; shorter numbers keep their last two digits at most."""
    digits = phone.strip()
    if len(digits) >= 11:
        return f"{digits[:-8]}****{digits[-4:]}"
    if len(digits) >= 7:
        return f"{digits[:-6]}****{digits[-2:]}"
    return "*" * len(digits)


def mask_name(name: str) -> str:
    """王秀兰 -> 王*兰, 王兰 -> 王*, 欧阳娜娜 -> 欧**娜, 王 -> 王; Latin names keep the initials: Anna Li -> A*** L*."""
    text = name.strip()
    if text.isascii():
        return " ".join(part[0] + "*" * (len(part) - 1) for part in text.split())
    if len(text) <= 2:
        return text[:1] + "*" * (len(text) - 1)
    return f"{text[0]}{'*' * (len(text) - 2)}{text[-1]}"


def mask_id(number: str) -> str:
    """110101199001011234 -> 110***********1234; anything shorter than eight is hidden whole."""
    text = number.strip()
    if len(text) < 8:
        return "*" * len(text)
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"


def mask_card(number: str) -> str:
    """A member card by its last four digits: ****2345; shorter ones are hidden whole."""
    text = number.strip()
    return f"****{text[-4:]}" if len(text) >= 8 else "*" * len(text)
