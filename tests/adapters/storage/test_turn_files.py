"""The line's files: whose they are, and what happens when they cannot be opened."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
import structlog

from adapters.storage import turns as lines
from adapters.storage.turns import Turns
from tests.adapters.storage.test_turns import enter, files


async def test_the_line_is_open_to_whom_the_database_is(tmp_path: Path) -> None:
    path, line, turn = files(tmp_path)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR))
    os.chmod(path, 0o664)
    with suppress(PermissionError):  # only root may give files away, and only root meets others' databases
        os.chown(path, 12345, 12346)
    before = os.umask(0o077)
    try:
        await enter(Turns(path))
    finally:
        os.umask(before)
    expected = os.stat(path)
    for status in (line.stat(), turn.stat()):
        assert (status.st_mode & 0o777, status.st_uid, status.st_gid) == (
            0o664,
            expected.st_uid,
            expected.st_gid,
        )


async def test_a_line_that_cannot_be_opened_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "ASIDE_SECONDS", 0.0)
    path, line, _ = files(tmp_path)
    line.mkdir()
    turns = Turns(path)
    with structlog.testing.capture_logs() as told:
        await enter(turns)
        await enter(turns)
    assert [each["log_level"] for each in told] == ["warning"]
    assert "irectory" in told[0]["error"]


async def test_a_link_in_the_place_of_the_line_is_not_followed(tmp_path: Path) -> None:
    path, line, _ = files(tmp_path)
    line.symlink_to(tmp_path / "elsewhere")
    await enter(Turns(path))
    assert not (tmp_path / "elsewhere").exists()
