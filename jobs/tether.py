"""A pipe that only the worker host holds open: when it dies, however, all who were forked from it see its end.

A death signal (prctl) reaches children, and not what they fork; this reaches everybody.
"""

from __future__ import annotations

import os
import select

# Of this process: where the end shows, and what keeps it from showing.
_watched: int | None = None
_held: int | None = None


def hold() -> None:
    """Called by the host, before it forks."""
    global _watched, _held  # inherited through two forks, the second of which is RQ's
    if _watched is None:
        _watched, _held = os.pipe()


def let_go() -> None:
    """Called by each child of the host: holding it open is the host's alone."""
    global _held  # noqa: PLW0603 - as above
    if _held is not None:
        os.close(_held)
        _held = None


def is_cut() -> bool:
    """Whether the host is gone. False where there never was one."""
    return _watched is not None and bool(select.select([_watched], [], [], 0)[0])
