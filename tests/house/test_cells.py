"""Nothing is said at no door: every verb of the registry has its row, wherever it can be typed."""

from __future__ import annotations

import re

from bot.commands import COMMANDS
from tests.e2e import column, test_chat_verbs, test_verbs
from tests.house.tree import ROOT


def test_every_verb_has_its_cell_at_every_door_of_the_chat() -> None:
    assert column.TABLE.keys() == COMMANDS.keys()
    assert column.SAID.keys() == COMMANDS.keys()
    for verb, row in column.TABLE.items():
        assert row.keys() == column.DOORS.keys(), verb
    assert {sign for row in column.TABLE.values() for sign in row.values()} == set("CAPR")


def test_every_verb_is_tried_with_workers_too() -> None:
    assert test_chat_verbs.SAID.keys() == test_verbs.SAID.keys() == COMMANDS.keys()


def test_every_kind_of_thing_that_brings_words_is_a_door() -> None:
    """What the chat's adapter can read, by its own list."""
    readers = (ROOT / "adapters/platforms/slack/interactions.py").read_text()
    listed = set(re.findall(r'^    "(\w+)": _', readers, re.MULTILINE))
    doors = {"slash_command", "block_actions", "message_action", "shortcut", "view_submission"}
    assert listed == doors | {"block_suggestion", "view_closed"}, (
        "a new one needs a door in tests/e2e/doors.py"
    )
