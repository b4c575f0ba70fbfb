"""What looks like a secret in a file, whatever kind of file it is."""

from __future__ import annotations

import pytest

from bot.secret_shapes import added

TOKEN = b"ghp_" + b"a1B2" * 9
SERVER = "ghs_1234567_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJnaXRodWIifQ.abcDEF-_1234567890123456789012345678"
KEY = b"-----BEGIN PRIVATE KEY-----\n" + b"MIIE" * 16 + b"\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("t = 'ghp_" + "a1" * 18 + "'", "GitHub token"), (SERVER, "GitHub token"),
        ("MY_ghu_" + "a1" * 18, "GitHub token"), ("github_pat_" + "a_" * 30, "GitHub token"),
        ("glpat-" + "x" * 20, "GitLab token"), ("glrtr-" + "x" * 20, "GitLab token"),
        ("xoxb-" + "1" * 16, "Slack token"), ("xoxe.xoxp-1-" + "A" * 60, "Slack token"),
        ("lin_api_" + "k" * 40, "Linear key"), ("ATATT3" + "x" * 40, "Atlassian token"),
        ("AKIA" + "A" * 16, "AWS key"), ("sk-ant-" + "a" * 30, "model key"), ("sk-" + "a" * 48, "model key"),
        ("AIza" + "b" * 35, "Google key"), ("npm_" + "a" * 36, "registry token"),
        ("sk_live_" + "a" * 24, "payment key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"), ("-----BEGIN PRIVATE KEY-----", "private key"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----", "private key"),
    ],
)  # fmt: skip
def test_shapes_are_known_and_only_added_ones_count(text: str, name: str) -> None:
    assert added(f"x\n{text}\n".encode()) == [name]
    assert added(f"x\n{text}\ny\n".encode(), f"{text}\n".encode()) == []


@pytest.mark.parametrize(
    "text",
    [
        "token = read_token()",
        "ghp_short",
        "AKIA" + "A" * 30,
        "-----BEGIN PUBLIC KEY-----",
        "task-" + "a" * 60,
    ],
)
def test_what_is_none_is_none(text: str) -> None:
    assert added(text.encode()) == []


@pytest.mark.parametrize("end", ["\f", "\v", "\r", "\x1c", "\x85", "\u2028", "\0"])
def test_no_character_ends_a_line_that_is_searched(end: str) -> None:
    assert added(f"x{end}t=".encode() + TOKEN) == ["GitHub token"]
    assert added(f"x{end}".encode() + TOKEN) == ["GitHub token"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_letters_of_two_or_four_bytes_are_read(encoding: str) -> None:
    assert added(f"t = {TOKEN.decode()}".encode(encoding)) == ["GitHub token"]


def test_another_secret_of_a_kind_that_was_there_is_added() -> None:
    assert added(KEY.replace(b"MIIE", b"MIIF"), KEY) == ["private key"]
    assert added(b"ghp_" + b"c3D4" * 9, TOKEN) == ["GitHub token"]
