"""Homes and mirrors nobody used for long go; what a job of now needs, and what was used lately, stays."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.workspaces import attic
from adapters.workspaces.host import GitWorkspaces
from bot.workshop import Checkout

DAY = 86_400.0


def age(folder: Path, days: float = 100) -> None:
    moment = folder.stat().st_mtime - days * DAY
    os.utime(folder, (moment, moment))


def mirror_of(data: Path) -> Path:
    [mirror] = (data / "repos").glob("*/**/*.git")
    return mirror


async def use(workspaces: GitWorkspaces, checkout: Checkout, attempt: int = 1) -> bool:
    """Whether the home was new."""
    async with workspaces.open("job", attempt, checkout) as workspace:
        is_new = workspace.is_home_new
        (workspace.home / "session.json").write_text("{}")
    return is_new


async def test_what_was_used_lately_stays(data: Path, workspaces: GitWorkspaces, checkout: Checkout) -> None:
    assert await use(workspaces, checkout)
    assert await workspaces.prune() == 0
    assert not await use(workspaces, checkout, 2), "a follow-up finds its conversation"
    assert (data / "homes" / "thread1" / "session.json").exists()


async def test_what_nobody_used_for_long_goes_and_comes_again_when_it_is_needed(
    data: Path, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    await use(workspaces, checkout)
    age(data / "homes" / "thread1")
    age(mirror_of(data))
    assert await workspaces.prune() == 2
    assert list((data / "homes").iterdir()) == []
    assert list((data / "repos").glob("*/**/*.git*/objects")) == []
    assert await use(workspaces, checkout, 2)


async def test_a_use_counts_from_its_last_moment(
    data: Path, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    await use(workspaces, checkout)
    age(data / "homes" / "thread1")
    age(mirror_of(data))
    await use(workspaces, checkout, 2)
    assert await workspaces.prune() == 0


async def test_a_mirror_whose_objects_a_workspace_borrows_stays(
    data: Path, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        age(mirror_of(data))
        assert await workspaces.prune() == 0
        assert not (await workspace.diff()).files
    age(mirror_of(data))
    assert await workspaces.prune() == 1


async def test_what_a_crash_left_half_removed_goes_next_time(data: Path, workspaces: GitWorkspaces) -> None:
    for left in (data / "homes" / f"x{attic.GOING}", data / "repos" / "h" / "o" / f"r.git{attic.GOING}"):
        (left / "deep").mkdir(parents=True)
    assert await workspaces.prune() == 0
    assert list((data / "homes").iterdir()) == []
    assert list((data / "repos" / "h" / "o").iterdir()) == []
