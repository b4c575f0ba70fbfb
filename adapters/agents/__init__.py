"""The agents: one file and one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adapters.agents import scripted
from bot.settings import Settings
from bot.workshop import Agent

AGENTS: Mapping[str, Callable[[Settings], Agent]] = {
    "scripted": scripted.make,
}
