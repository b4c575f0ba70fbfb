"""A town of a test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.town import Town
from tests.services import require_service


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Playground and app, up."""
    require_service("redis")
    async with Town(tmp_path / "town") as made:
        yield made
