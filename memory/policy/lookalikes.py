"""Characters that stand for others: how a text may spell a word without using its letters."""

import unicodedata
from collections.abc import Mapping

from memory.policy.vocabulary import listed

UNICODE = unicodedata.unidata_version

# Letters of one alphabet each; others, as those of Japanese, stand with one another in a word.
ALPHABETS = listed("""
    LATIN GREEK COPTIC CYRILLIC GLAGOLITIC ARMENIAN GEORGIAN CHEROKEE LISU DESERET OSAGE
    CANADIAN TIFINAGH RUNIC OGHAM VAI ADLAM BAMUM CARIAN LYCIAN LYDIAN
""")
# Greek letters that stand beside Latin ones in units: µm, kΩ, ΔT.
UNITS = "μΩΔω"


def _variants() -> dict[int, str]:
    """Return the Latin letters with a stroke, hook or tail, and the plain one of each."""
    found = {}
    for code in (*range(0xC0, 0x250), *range(0x250, 0x2B0), *range(0x1E00, 0x1F00)):
        name = unicodedata.name(chr(code), "")
        start, _, rest = name.removeprefix("LATIN SMALL LETTER ").partition(" WITH ")
        if rest and name.startswith("LATIN SMALL LETTER ") and len(start) == 1:
            found[code] = start.lower()
    return found


# Letters that look like another one and that no normal form brings to it.
LOOKALIKES: Mapping[int, str] = _variants() | {
    **{
        ord(one): other
        for one, other in zip("ᴀʙᴄᴅᴇꜰɢʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghjklmnoprstuvwyz", strict=True)
    },
    **{ord(one): other for one, other in zip("ıɩɪɑɡłøđħŧɛŋƨɔ", "iiiaglodhtenso", strict=True)},
    ord("æ"): "ae",
    ord("œ"): "oe",
}
# Letters of other alphabets of which whole words can be made that look Latin.
FOREIGN_LOOKALIKES: Mapping[int, str] = {
    **{
        ord(one): other
        for one, other in zip("аеорсухѕіјһԁӏԛԝкмтвнгьп", "aeopcyxsijhdlqwkmtbhrbn", strict=True)
    },
    **{ord(one): other for one, other in zip("αορνικτυχεηγωβ", "aopviktuxenywb", strict=True)},
    **{ord(one): other for one, other in zip("օսոցհյզքեպտ", "ounghjqpewn", strict=True)},
}
# Signs and digits that stand for letters; a one for either that it looks like.
SIGNS_AS_LETTERS: tuple[Mapping[int, str], ...] = tuple(
    {
        **{
            ord(sign): letter
            for sign, letter in zip("0134578$@!|€", f"o{one}eastbsa{one}le", strict=True)
        },
        **{0x1F150 + at: chr(0x61 + at) for at in range(26)},
        **{0x1F170 + at: chr(0x61 + at) for at in range(26)},
        **{0x1F1E6 + at: chr(0x61 + at) for at in range(26)},
    }
    for one in "il"
)
