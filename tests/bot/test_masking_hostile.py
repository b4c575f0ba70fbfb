"""Whatever is written, masking it ends soon: every shape is looked for in a time that grows with the text."""

from __future__ import annotations

import pytest

from bot.masking import MASK, mask
from bot.safety import headline

LENGTH = 120_000  # a shape that tries anew at every letter would need minutes
BEGINNINGS = (
    "",
    "://",
    "https://",
    "eyJ",
    "-----BEGIN A PRIVATE KEY-----",
    "bearer ",
    "_auth=",
    "SG.",
    "?token=",
)
REPEATED = (
    ":",
    "://:",
    "@",
    "a",
    "-eyJaaaaa",
    "-eyJaaaaa.",
    "A_",
    ".",
    "-----BEGIN ",
    " ",
    "SG.aaaaaaaaaaaaaaaa-",
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("repeated", REPEATED)
@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_no_text_keeps_the_process_from_all_else(beginning: str, repeated: str) -> None:
    text = (beginning + repeated * (LENGTH // len(repeated)))[:LENGTH]
    assert "ghp_0123456789" not in mask(text + " ghp_0123456789abcdefghij")
    assert "ghp_0123456789" not in headline(text + " ghp_0123456789abcdefghij")


@pytest.mark.parametrize("text", ["https://u:p@host/x", "://u:p@ss:w@h", "git+ssh://a:b:c@d", "x://:pass@h"])
def test_who_is_named_in_an_address_is_masked_with_the_password(text: str) -> None:
    assert mask(text).partition("://")[2].startswith(MASK)
