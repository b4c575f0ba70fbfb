"""Characters nobody sees. What is not seen is not said: it neither addresses the bot nor leaves it.

Removed: zero-width and bidi controls, tag characters (U+E0000-E007F), variation selectors without a base to vary,
Hangul and Khmer fillers, other controls. Kept, because people write with them: joiners within an emoji or within a word
of an Arabic or Indic script, the emoji selector behind a symbol, the three flags made of tags.
"""

from __future__ import annotations

import re

_EMOJI = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_ARABIC = "\u0620-\u06ff\u0750-\u077f\u0860-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
_JOINING = f"{_ARABIC}\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u17dd"
_TAG_FLAGS = "|".join(
    "(?<=\U0001f3f4)" + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)
_KEPT = (
    f"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])"
    f"|(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])"
    f"|(?<=[{_EMOJI}0-9#*])[\ufe0e\ufe0f]"
    f"|{_TAG_FLAGS}"
)
_TERMINAL = r"\x1b\[[0-9;:?]{0,64}[ -/]{0,8}[@-~]"  # colors and cursor moves, as programs print them
_HIDDEN = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_PATTERN = re.compile(f"({_KEPT})|{_TERMINAL}|{_HIDDEN}")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Whatever else is a space or ends a line somewhere; to Markdown only a blank, a tab and a line feed do.
_ODD_SPACES = "\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACES = re.compile(f"[{_ODD_SPACES}]")


def visible(text: str) -> str:
    """`text` without what nobody sees."""
    return _PATTERN.sub(lambda found: found[1] or "", text)


def count(text: str) -> int:
    """How many characters of `text` nobody sees, to tell people that they were removed."""
    return len(text) - len(visible(text))


def well_formed(text: str) -> str:
    """`text` as it can be stored and sent: no lone surrogate, no NUL, line feeds only. Never shorter but for CR LF."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return _SURROGATES.sub("\ufffd", text)


def evenly_spaced(text: str) -> str:
    """`text` with every odd space a blank. As long as before, so positions stay."""
    return _SPACES.sub(" ", text)
