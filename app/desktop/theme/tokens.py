"""The colours of the two themes, each a frozen record of `#RRGGBB` (or `#AARRGGBB`) strings.

Naming: `x` is the colour itself (icons, bars), `x_ink` text on its tint, `x_t` the tint that may fill
large areas, `x_l` a hairline around that tint. Contrast of every text pair is at least 4.5, of every
edge of a control at least 3.0; `tests/ui/test_theme_tokens.py` computes it.
"""

from typing import Literal, NamedTuple

Mode = Literal["light", "dark"]


class Tokens(NamedTuple):
    """Every colour a painter or the style sheet may use; a tuple, because a dataclass of so many fields costs 3 ms of the start."""

    name: Mode
    # grounds
    canvas: str
    surface: str
    sunken: str
    hover: str
    pressed: str
    line: str
    line2: str
    ctl: str
    # text
    ink: str
    ink2: str
    ink3: str
    off: str
    # rail
    rail: str
    rail_ink: str
    rail_on: str
    rail_sel: str
    rail_hover: str
    rail_line: str
    rail_mark: str
    # brand
    brand: str
    brand_h: str
    brand_p: str
    on_brand: str
    brand_t: str
    brand_l: str
    brand_ink: str
    # tones
    info: str
    info_t: str
    info_l: str
    info_ink: str
    rx: str
    rx_t: str
    rx_l: str
    rx_ink: str
    warn: str
    warn_t: str
    warn_l: str
    warn_ink: str
    bad: str
    bad_t: str
    bad_l: str
    bad_ink: str
    good: str
    good_t: str
    good_l: str
    good_ink: str
    gold: str
    gold_t: str
    gold_l: str
    gold_ink: str
    # single meanings
    promo: str
    lasa: str
    focus: str
    select: str
    # official class marks keep their official colours in both themes
    otc_a: str
    otc_b: str
    mark_rx: str
    mark_ink: str
    food: str
    device: str
    # small parts
    key: str
    keyline: str
    knob: str
    badge: str
    badge_info: str
    badge_ink: str
    toast: str
    toast_line: str
    toast_ink: str
    toast_act: str
    toast_good: str
    toast_warn: str
    toast_bad: str
    ribbon: str
    ribbon2: str
    ribbon_ink: str
    logo_a: str
    logo_b: str
    logo_ink: str
    hero_a: str
    hero_b: str
    hero_c: str
    hero_ink: str
    hero_ink2: str
    shadow: str


LIGHT = Tokens(
    name="light",
    canvas="#F1F4F4", surface="#FFFFFF", sunken="#F6F8F8", hover="#EFF3F3", pressed="#E4EAEA",
    line="#E1E7E7", line2="#CBD5D5", ctl="#7F8D8D",
    ink="#12211F", ink2="#445452", ink3="#5B6A68", off="#9AA6A4",
    rail="#0B2A24", rail_ink="#B9D2CB", rail_on="#FFFFFF", rail_sel="#1B463C", rail_hover="#12362E",
    rail_line="#1B3C35", rail_mark="#4FD3AB",
    brand="#0A7A60", brand_h="#08674F", brand_p="#065643", on_brand="#FFFFFF", brand_t="#E3F3EE", brand_l="#BFE3D7",
    brand_ink="#066049",
    info="#1B5FC1", info_t="#E9F1FD", info_l="#C6DBF8", info_ink="#174F9F",
    rx="#6A3FC4", rx_t="#F2EDFC", rx_l="#DCCFF6", rx_ink="#56319F",
    warn="#B25E00", warn_t="#FFF4E0", warn_l="#F3D6A4", warn_ink="#7D4300",
    bad="#C3291D", bad_t="#FDECEA", bad_l="#F4C3BD", bad_ink="#9B1D13",
    good="#15803D", good_t="#E5F5EA", good_l="#BFE3CB", good_ink="#11652F",
    gold="#8A6414", gold_t="#FBF2DC", gold_l="#EBD9AC", gold_ink="#6F4F0D",
    promo="#C2341A", lasa="#B3261E", focus="#0A7A60", select="#F0F8F6",
    otc_a="#D0201B", otc_b="#14833B", mark_rx="#6A3FC4", mark_ink="#FFFFFF", food="#1968B8", device="#4A5C6E",
    key="#F3F6F6", keyline="#C4CFCE", knob="#FFFFFF",
    badge="#C9372C", badge_info="#2F6FD0", badge_ink="#FFFFFF",
    toast="#16302A", toast_line="#16302A", toast_ink="#FFFFFF", toast_act="#7FE0C1",
    toast_good="#4FD3AB", toast_warn="#F6C66B", toast_bad="#FF9C92",
    ribbon="#3B4CA8", ribbon2="#34449A", ribbon_ink="#FFFFFF",
    logo_a="#37D0A4", logo_b="#0F8F70", logo_ink="#FFFFFF",
    hero_a="#1A6350", hero_b="#0C3A30", hero_c="#062019", hero_ink="#FFFFFF", hero_ink2="#B9D2CB",
    shadow="#1E0B2A24",
)  # fmt: skip

DARK = Tokens(
    name="dark",
    canvas="#0D1413", surface="#151E1D", sunken="#1A2524", hover="#1F2C2A", pressed="#283735",
    line="#263432", line2="#354744", ctl="#6C807C",
    ink="#EAF1EF", ink2="#B7C5C1", ink3="#8FA09C", off="#60716D",
    rail="#0A1110", rail_ink="#9DB3AD", rail_on="#EAF6F2", rail_sel="#15332B", rail_hover="#12211E",
    rail_line="#1D2A28", rail_mark="#4FD3AB",
    brand="#2FBE94", brand_h="#47CFA7", brand_p="#25A680", on_brand="#03211A", brand_t="#112E27", brand_l="#1D4A3E",
    brand_ink="#5BDBB5",
    info="#6FA8FF", info_t="#13253F", info_l="#24436F", info_ink="#9CC4FF",
    rx="#A98BF0", rx_t="#231B3A", rx_l="#43346C", rx_ink="#C6B1FA",
    warn="#F0A63A", warn_t="#2E2310", warn_l="#574115", warn_ink="#FFCB7D",
    bad="#FF7A6E", bad_t="#361A18", bad_l="#6A2E29", bad_ink="#FFA79F",
    good="#4FCB7A", good_t="#132B1C", good_l="#25512F", good_ink="#86E3A5",
    gold="#E0BC62", gold_t="#2C2511", gold_l="#524418", gold_ink="#F0D391",
    promo="#FF8A73", lasa="#FF9C92", focus="#5BDBB5", select="#122823",
    otc_a="#D0201B", otc_b="#14833B", mark_rx="#7D5BD6", mark_ink="#FFFFFF", food="#62A6F0", device="#93A5B7",
    key="#22302E", keyline="#3A4D4A", knob="#06221B",
    badge="#C9372C", badge_info="#2F6FD0", badge_ink="#FFFFFF",
    toast="#1F2C2A", toast_line="#354744", toast_ink="#EAF1EF", toast_act="#7FE0C1",
    toast_good="#4FD3AB", toast_warn="#F6C66B", toast_bad="#FF9C92",
    ribbon="#33408C", ribbon2="#2C387C", ribbon_ink="#FFFFFF",
    logo_a="#37D0A4", logo_b="#0F8F70", logo_ink="#FFFFFF",
    hero_a="#123F34", hero_b="#0A211C", hero_c="#07110F", hero_ink="#EAF6F2", hero_ink2="#9DB3AD",
    shadow="#80000000",
)  # fmt: skip


def tokens_of(mode: Mode) -> Tokens:
    """The colours of a theme."""
    return LIGHT if mode == "light" else DARK
