"""Names of strangers' files become one harmless part of a path."""

from __future__ import annotations

import pytest

from bot.file_names import Names, safe


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("error.log", "error.log"),
        ("../../.ssh/config", "config"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        (".bashrc", "bashrc"),
        ("-rf.txt", "rf.txt"),
        ("a b\n--- c ---\u202e.txt", "a_b_---_c_---_.txt"),
        ("отчёт.pdf", "отчёт.pdf"),
        ("$(touch x).sh", "touch_x_.sh"),
        ("a\x00b.txt", "a_b.txt"),
    ],
)
def test_a_name_is_one_plain_part_of_a_path(name: str, kept: str) -> None:
    assert safe(name) == kept


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    kept = safe("ё" * 400 + ".log")
    assert kept.endswith(".log")
    assert len(kept.encode()) <= 120


def test_no_name_is_given_twice_whatever_its_case() -> None:
    names = Names()
    given = [names.take(each) for each in ("a.log", "A.log", "x/a.log", "a-2.log", "file", "..")]
    assert given == ["a.log", "A-2.log", "a-3.log", "a-2-2.log", "file", "file-2"]
