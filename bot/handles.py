"""Handles: the short job ids that people type."""

from __future__ import annotations

import secrets

from bot.ports import Jobs
from models.job import HANDLE_ALPHABET

PREFIX = "J-"
SHORTEST = 4
TRIES_A_LENGTH = 8


async def new(jobs: Jobs) -> str:
    """A handle nobody has, as short as there are free ones: it grows by a letter when its length is crowded."""
    length = SHORTEST
    while True:
        for _ in range(TRIES_A_LENGTH):
            handle = PREFIX + "".join(secrets.choice(HANDLE_ALPHABET) for _ in range(length))
            # A handle that another one begins with would be ambiguous as typed.
            if not await jobs.by_handle(handle):
                return handle
        length += 1
