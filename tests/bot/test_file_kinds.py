"""What a file is, is what its first bytes say, when its name agrees."""

from __future__ import annotations

import codecs

import pytest

from bot import file_kinds

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
ZIP = b"PK\x03\x04\x14\x00\x00\x00"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", PNG),
        ("a.JPG", b"\xff\xd8\xff\xe0 more"),
        ("a.gif", b"GIF89a more"),
        ("a.webp", b"RIFF\x00\x00\x0a\x00WEBPVP8"),
        ("a.pdf", b"%PDF-1.7\n\x00"),
        ("a.log", "ünder \x1b[31mred\x1b[0m\r\n\tway".encode()),
        ("Makefile", b"all:\n"),
        ("empty.txt", b""),
    ],
)
def test_what_its_name_says_it_is_is_handed_over_as_it_came(name: str, content: bytes) -> None:
    assert file_kinds.readable(name, content) == file_kinds.Readable(content)


@pytest.mark.parametrize("charset", ["utf-16", "utf-32"])
def test_text_that_bears_the_mark_of_its_encoding_becomes_utf_8(charset: str) -> None:
    found = file_kinds.readable("a.log", "PowerShell säys so\r\n".encode(charset))
    assert found == file_kinds.Readable("PowerShell säys so\r\n".encode(), charset.upper())
    assert not found.is_guess


@pytest.mark.parametrize(
    "mark", [codecs.BOM_UTF16_BE + "käse".encode("utf-16-be"), codecs.BOM_UTF8 + b"k\xc3\xa4se"]
)
def test_either_order_of_bytes_is_read(mark: bytes) -> None:
    found = file_kinds.readable("a.log", mark)
    assert found is not None
    assert found.content.decode("utf-8-sig") == "käse"


def test_text_of_unknown_encoding_is_read_as_windows_1252_and_says_so() -> None:
    found = file_kinds.readable("a.log", b"caf\xe9 \x80 \x81")
    assert found == file_kinds.Readable("café € \x81".encode(), "Windows-1252")
    assert found.is_guess


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"MZ\x90\x00"),
        ("a.pdf", b"<html></html>"),
        ("a.png", b"\xff\xd8\xff\xe0 a JPEG"),
        ("a.txt", PNG),
        ("a.txt", b"%PDF-1.7\n"),
        ("a.txt", ZIP),
        ("a.txt", b"\x7fELF\x02"),
        ("a.log", b"\xff\xfe\x00\xd8"),
        ("a.log", b"caf\xe9\x00"),
        ("a.log", b"\x9d\x8f\x01\x02 packed"),
    ],
)
def test_what_it_is_not_does_not_fit(name: str, content: bytes) -> None:
    assert file_kinds.readable(name, content) is None


@pytest.mark.parametrize(
    ("name", "media_type", "may"),
    [
        ("a.png", "image/png", True),
        ("a.log", "text/plain; charset=utf-8", True),
        ("a.json", "application/json", True),
        ("a.svg", "image/svg+xml", True),
        ("a", "", True),
        ("a.bin", "application/octet-stream", True),
        ("a.zip", "application/zip", False),
        ("a.mp4", "video/mp4", False),
        ("a.heic", "image/heic", False),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", False),
    ],
)
def test_what_is_said_of_it_decides_whether_it_is_fetched(name: str, media_type: str, may: bool) -> None:
    assert file_kinds.may_be_taken(name, media_type) is may


def test_a_web_page_is_known_by_how_it_begins() -> None:
    assert file_kinds.is_page(b"\n <!-- x -->\n<!DOCTYPE html><html>")
    assert file_kinds.is_page(b"<HTML lang=en>")
    assert not file_kinds.is_page(b"an <html> in the text")
