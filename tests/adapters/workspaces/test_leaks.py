"""No change is too long, too binary or too oddly broken into lines to be searched for secrets."""

from __future__ import annotations

import pytest

from adapters.workspaces import leaks
from adapters.workspaces.host import GitWorkspaces
from bot.workshop import Checkout, Leak
from tests.services.git_server import GitServer

TOKEN = b"ghp_" + b"a1B2" * 9
KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n"


async def test_secrets_are_found_wherever_they_stand(workspaces: GitWorkspaces, checkout: Checkout) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "a-first.txt").write_bytes((b"y" * 200 + b"\n") * 3000)
        (workspace.path / "binary").write_bytes(b"\0\1" + KEY)
        (workspace.path / "broken").write_bytes(b"x = 1\r\x0c" + TOKEN)
        (workspace.path / "late").write_bytes((b"y" * 200 + b"\n") * 3000 + TOKEN)
        (workspace.path / TOKEN.decode()).write_bytes(b"x")
        await workspace.diff()
        found = await workspace.secrets_in([])
    assert found == [
        Leak(path="binary", what="private key"),
        Leak(path="broken", what="GitHub token"),
        Leak(path=TOKEN.decode(), what="GitHub token"),
        Leak(path="late", what="GitHub token"),
    ]


async def test_what_was_there_before_and_what_goes_is_not_added(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    server.commit("main", {"stays": TOKEN, "goes": TOKEN, "grows": TOKEN})
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "stays").write_bytes(b"moved down\n" + TOKEN)
        (workspace.path / "goes").unlink()
        (workspace.path / "grows").write_bytes(TOKEN + b"\n" + KEY)
        found = await workspace.secrets_in([])
        known = await workspace.secrets_in([TOKEN.decode()])
    assert found == [Leak(path="grows", what="private key")]
    assert Leak(path="stays") in known, "a value of ours is pushed again, wherever it stood"


async def test_what_is_too_large_to_be_searched_is_named(
    monkeypatch: pytest.MonkeyPatch, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    monkeypatch.setattr(leaks, "MOST_SEARCHED_BYTES", 1000)
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "large").write_bytes(b"x" * 1001)
        (workspace.path / "small").write_bytes(b"x" * 1000)
        found = await workspace.secrets_in([])
    assert found == [Leak(path="large", is_searched=False)]
