"""Makes the font files of `resources/fonts` from the files their makers publish.

Sources (both SIL Open Font License 1.1):

- Noto Sans SC, static TrueType files `NotoSansSC_400Regular.ttf` and `NotoSansSC_700Bold.ttf`
  of the npm package `@expo-google-fonts/noto-sans-sc` 0.4.3.
- Inter Display 4.1, web files `display/InterDisplay-{Regular,Medium,SemiBold,Bold}.woff2`
  of the npm package `inter-ui` 4.1.1 (reading them needs `fonttools[woff]`).

TrueType outlines are kept (not CFF) for Noto because the PDF maker embeds `glyf` tables only.
Regular keeps every character, so that rare characters in a person's name are drawn everywhere;
Bold keeps GBK, symbols and the rare characters most met in names, which is what headings need.
Inter's tabular digits are set closer: beside Chinese its own set looks stretched.
"""

import argparse
import copy
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

LATIN = [(0x0020, 0x024F), (0x02B0, 0x02FF), (0x0370, 0x03FF), (0x1E00, 0x1EFF), (0x2000, 0x22FF), (0x2460, 0x24FF)]
SYMBOLS = [(0x2500, 0x26FF), (0x2700, 0x27BF), (0x3000, 0x303F), (0x3200, 0x33FF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF)]
# Characters of personal names outside GBK, all within GB 18030-2022.
NAME_CHARACTERS = "䶮𬱖㛃䴙䴘㭎㙘㸆𫖮𬀩𬍛𬭚𬭛𬬭𫓧𬭊𬤇𫍯𬤊𬘓𬳵𬘭𬭎"
# Advance of a tabular digit in units of 2048 to the em; Inter's own is 1320, its widest proportional digit 1245.
TABULAR_ADVANCE = 1232
INTER_FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "case", "zero", "ss03", "cv10"]


def gbk_characters() -> set[int]:
    """Every code point that GBK can encode."""
    found: set[int] = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                text = bytes((lead, trail)).decode("gbk")
            except UnicodeDecodeError:
                continue
            found.update(map(ord, text))
    return found


def ranges(spans: list[tuple[int, int]]) -> set[int]:
    """The code points of closed spans."""
    return {point for first, last in spans for point in range(first, last + 1)}


def cut(source: Path, target: Path, points: set[int] | None, features: list[str]) -> None:
    """Write `source` to `target` with only `points` (None keeps all) and `features`."""
    options = subset.Options()
    options.layout_features = features
    options.name_IDs = ["*"]
    options.hinting = False
    options.drop_tables += ["vhea", "vmtx", "VORG"]
    options.notdef_outline = True
    font = TTFont(source, lazy=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points if points is not None else set(font.getBestCmap()))
    cutter.subset(font)
    font.flavor = None
    if "tnum" in features:
        tighten(font)
    font.save(target)


def tighten(font: TTFont) -> None:
    """Give every glyph of Inter's tabular width the narrower advance, kept in its middle.

    The tabular one, drawn with a foot, is replaced by the plain one: prices beside Chinese read as print, not as typing.
    """
    metrics, outlines = font["hmtx"], font["glyf"]
    tabular = {
        old: new
        for record in font["GSUB"].table.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
        for table in font["GSUB"].table.LookupList.Lookup[index].SubTable
        for old, new in getattr(table, "ExtSubTable", table).mapping.items()
    }
    one = font.getBestCmap()[ord("1")]
    for name in dict.fromkeys(tabular.values()):
        advance, bearing = metrics[name]
        if advance < TABULAR_ADVANCE:
            continue
        if name == tabular[one]:
            outlines[name] = copy.deepcopy(outlines[one])
            advance, bearing = metrics[one]
        shift = (TABULAR_ADVANCE - advance) // 2
        glyph = outlines[name]
        if glyph.isComposite():
            for part in glyph.components:
                part.x += shift
        elif glyph.numberOfContours > 0:
            glyph.coordinates.translate((shift, 0))
        glyph.recalcBounds(outlines)
        metrics[name] = (TABULAR_ADVANCE, bearing + shift)


def main() -> None:
    """Read the two source folders from the command line and write the font files."""
    words = argparse.ArgumentParser(description="Make the files of resources/fonts.")
    words.add_argument("noto", type=Path, help="unpacked npm package of Noto Sans SC")
    words.add_argument("inter", type=Path, help="unpacked npm package of Inter")
    words.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "resources" / "fonts")
    given = words.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    bold = gbk_characters() | ranges(LATIN) | ranges(SYMBOLS) | set(map(ord, NAME_CHARACTERS))
    chinese = ["kern", "ccmp", "locl", "mark", "mkmk"]
    cut(given.noto / "400Regular" / "NotoSansSC_400Regular.ttf", given.out / "NotoSansSC-Regular.ttf", None, chinese)
    cut(given.noto / "700Bold" / "NotoSansSC_700Bold.ttf", given.out / "NotoSansSC-Bold.ttf", bold, chinese)
    latin = ranges(LATIN)
    for weight in ("Regular", "Medium", "SemiBold", "Bold"):
        source = given.inter / "display" / f"InterDisplay-{weight}.woff2"
        cut(source, given.out / f"InterDisplay-{weight}.ttf", latin, INTER_FEATURES)
    shutil.copyfile(given.noto / "LICENSE_FONT", given.out / "OFL-NotoSansSC.txt")
    shutil.copyfile(given.inter / "LICENSE.txt", given.out / "OFL-InterDisplay.txt")


if __name__ == "__main__":
    main()
