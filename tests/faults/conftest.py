"""Towns whose clocks run fast: short leases, short calls."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.town import Town
from tests.e2e.workspace import Workspace
from tests.services import require_service

QUICK = {"BELLHOP_LEASE_SECONDS": "3", "BELLHOP_RENEW_SECONDS": "1", "INTEGRATION_TIMEOUT": "3"}


@pytest.fixture
async def town(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    """Playground and app, up. `@pytest.mark.parametrize("town", [{...}], indirect=True)` gives it settings."""
    require_service("redis")
    async with Town(tmp_path / "town", **QUICK | getattr(request, "param", {})) as made:
        yield made


@pytest.fixture
async def workspace(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Workspace]:
    """A town with a pretend Slack, given settings as `town` is; `{"is_socket_mode": True}`: the app dials in."""
    require_service("redis")
    async with Workspace(tmp_path / "town", **QUICK | getattr(request, "param", {})) as made:
        yield made
