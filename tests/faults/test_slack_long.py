"""The app killed while a long log or answer is on its way to Slack: all of it is there at last, in order, once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.workspace import Workspace, words
from tests.faults.test_slack_killed import restarted

pytestmark = pytest.mark.slow
STEPS = [
    {"say": f"step {number} of a story that is long enough to be told in a file"} for number in range(80)
]
ANSWER = "\n\n".join(f"Paragraph {number}. {'word ' * 100}" for number in range(60))
SENDING = {
    "before its address is given": ("files.getUploadURLExternal", "before"),
    "before it is sent": ("/upload/", "before"),
    "when it is sent": ("/upload/", "after"),
    "before it is shown": ("files.completeUploadExternal", "before"),
    "when it is shown": ("files.completeUploadExternal", "after"),
}


async def files(workspace: Workspace, channel: str = "team") -> list[dict[str, Any]]:
    return [each for each in await workspace.own(channel) if each.get("files")]


async def asked_and_killed(workspace: Workspace, when: str, ask: str) -> None:
    """A job has ended; the app hangs while it sends the log, is killed, and starts again."""
    workspace.script("a-tale", "a tale", *STEPS, {"result": "Told."})
    await workspace.link()
    await workspace.tell(f"@bellhop ask a tale repo={workspace.repository}")
    await workspace.reads("^✅ J-\\w+ answered")
    [job] = workspace.records.jobs()
    path, moment = SENDING[when]
    await workspace.slip("hang", path, when=moment, seconds=30)
    text = f"logs {job['handle']} -n 500"
    if ask == "typed":
        await workspace.type(text)
    else:
        await workspace.tell(f"@bellhop {text}")
    await workspace.slipped()
    await restarted(workspace)
    await workspace.settled()
    await workspace.play("POST", "/delivery/idle")


@pytest.mark.parametrize("when", SENDING)
async def test_killed_while_a_log_is_sent_it_is_there_once(workspace: Workspace, when: str) -> None:
    await asked_and_killed(workspace, when, "said")
    [shown] = await files(workspace)
    assert shown["files"][0]["title"].endswith(".log")


@pytest.mark.parametrize("when", ["before it is shown", "when it is shown"])
async def test_killed_while_a_private_log_is_sent_it_is_there_once_and_alone(
    workspace: Workspace, when: str
) -> None:
    await asked_and_killed(workspace, when, "typed")
    assert len(await files(workspace, "dm")) == 1
    assert await files(workspace) == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_while_the_parts_of_an_answer_are_said_each_is_there_once(
    workspace: Workspace, when: str
) -> None:
    workspace.script("an-answer", "an answer", {"result": ANSWER})
    await workspace.link()
    await workspace.tell(f"@bellhop ask an answer repo={workspace.repository}")
    # The card is posted already, so that the first parts meet the faults.
    await workspace.reads("J-\\w+")
    await workspace.slip("hang", "chat.postMessage", when=when, seconds=30)
    await workspace.slipped()
    await restarted(workspace)
    await workspace.settled()
    whole = "\n".join(words(each) for each in await workspace.own() if "Paragraph" in words(each))
    places = [whole.index(f"Paragraph {number}.") for number in range(60)]
    assert places == sorted(places)
    assert [whole.count(f"Paragraph {number}.") for number in range(60)] == [1] * 60
