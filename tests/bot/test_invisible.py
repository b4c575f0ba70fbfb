"""What nobody sees goes; what people write with stays."""

import pytest

from bot import invisible

HIDDEN = (
    (
        0x00,
        0x07,
        0x1B,
        0x7F,
        0x90,
        0xAD,
        0x34F,
        0x61C,
        0x115F,
        0x1160,
        0x17B4,
        0x180E,
        0x200B,
        0x200C,
        0x200D,
    ),
    (
        0x200E,
        0x200F,
        0x202A,
        0x202E,
        0x2060,
        0x2061,
        0x2064,
        0x2066,
        0x2069,
        0x206F,
        0x3164,
        0xFE00,
        0xFE0F,
        0xFEFF,
    ),
    (0xFFA0, 0xFFF9, 0x1D173, 0xE0001, 0xE0020, 0xE0041, 0xE007F, 0xE0100, 0xE01EF),
)


@pytest.mark.parametrize("hidden", [code for row in HIDDEN for code in row])
def test_a_character_nobody_sees_is_removed(hidden: int) -> None:
    assert invisible.visible(f"a{chr(hidden)}b") == "ab"
    assert invisible.count(f"a{chr(hidden)}b") == 1


@pytest.mark.parametrize(
    "text",
    [
        "a b\tc\nd\u00a0e",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "❤️ ☎︎ 1️⃣ #️⃣",
        "👍🏽",
        "\U0001f1e9\U0001f1ea",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "می‌خواهم",
        "क्‍ष क्‌ष",
        "e\u0301 naïve Å 한국어 עברית",
    ],
)
def test_what_people_write_with_stays(text: str) -> None:
    assert invisible.visible(text) == text


def test_a_flag_carries_no_hidden_text() -> None:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all")
    assert invisible.visible(f"\U0001f3f4{tags}\U000e007f") == "\U0001f3f4"


def test_the_colors_of_a_terminal_are_removed_whole() -> None:
    assert invisible.visible("\x1b[1;31mred\x1b[0m \x1b[2K") == "red "


def test_a_text_becomes_one_that_can_be_stored() -> None:
    assert invisible.well_formed("a\r\nb\rc\0\ud800") == "a\nb\nc\ufffd\ufffd"
    assert invisible.well_formed("a\r\nb\rc\0\ud800").encode()


def test_odd_spaces_become_blanks_where_they_stood() -> None:
    assert invisible.evenly_spaced("a\u00a0b\u2028c\u3000\x85\n\t") == "a b c  \n\t"
