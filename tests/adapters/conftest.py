"""Logging of its own for a test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tests.fakes.logs import SetUp, logged


@pytest.fixture
def setup() -> Iterator[SetUp]:
    """Set logging up as a process does; the stream it writes to. As it was before, afterwards."""
    with contextlib.ExitStack() as stack:
        yield lambda *args, **options: stack.enter_context(logged(*args, **options))
