"""The runners: one file and one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adapters.runners.local import LocalRunner
from bot.settings import Settings
from bot.workshop import Runner

RUNNERS: Mapping[str, Callable[[Settings], Runner]] = {
    "local": LocalRunner,
}
