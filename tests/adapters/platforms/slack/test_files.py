"""Files are put into threads and fetched from them; the token goes to Slack's hosts alone."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.platforms.slack import Slack
from bot.chat import Enclosure
from bot.errors import (
    AuthenticationError,
    IntegrationError,
    NetworkError,
    NotFoundError,
    Refused,
)
from models.message import Attachment, Thread, ThreadKind
from playground.slack.faults import Fault
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.test_platform import heard
from tests.playground.slack.conftest import Door, Listener

LOG = Enclosure(
    name="J-7K3Q.d1-0.log", title="J-7K3Q.log", content="one\ntwo\n", words="The **last** lines of <!channel>"
)
ThreadIn = Callable[..., Thread]
Break = Callable[..., Fault]


async def screen(door: Door, role: str, channel: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await door.get(f"/screens/{role}/{channel}")
    return found


async def test_a_file_is_put_into_the_thread(
    slack: Slack, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    root = await door.say("writer", "team", "@bellhop logs")
    posted = await slack.upload(thread_in("team", root), LOG)
    assert posted.id
    [shown] = [each for each in await screen(door, "writer", "team") if each.get("files")]
    assert shown["thread_ts"] == root
    assert shown["files"][0]["title"] == "J-7K3Q.log"
    assert shown["files"][0]["mode"] == "snippet"
    assert shown["text"] == "The *last* lines of &lt;!channel&gt;"
    file = Attachment(id=posted.id, name="J-7K3Q.log", url=shown["files"][0]["url_private"])
    assert await slack.fetch(file, 100) == b"one\ntwo\n"


async def test_an_upload_goes_to_slack_or_nowhere(
    slack: Slack, listener: Listener, thread_in: ThreadIn, break_with: Break
) -> None:
    break_with(
        "wrong_json",
        path="getUploadURLExternal",
        body={"ok": True, "upload_url": listener.url, "file_id": "F1"},
    )
    with pytest.raises(IntegrationError):
        await slack.upload(thread_in("team"), LOG)
    assert listener.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/files-pri/T1-F1/error.log",
        "https://files.slack.com.evil.example/x",
        "http://files.slack.com/x",
        "https://x@files.slack.com/x",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
async def test_our_token_goes_to_slacks_hosts_alone(slack: Slack, url: str) -> None:
    with pytest.raises(Refused):
        await slack.fetch(Attachment(id="F1", name="error.log", url=url), 100)


async def test_a_file_that_is_larger_than_it_says_is_refused(
    slack: Slack, listener: Listener, door: Door
) -> None:
    await door.say("writer", "team", "@bellhop see", files=[{"name": "error.log", "content": "x" * 1000}])
    [file] = (await heard(slack, listener)).files
    for told in (file, file.model_copy(update={"size_bytes": 0})):
        with pytest.raises(Refused, match="larger"):
            await slack.fetch(told, 999)
    assert len(await slack.fetch(file, 1000)) == 1000


async def test_without_the_right_a_page_for_signing_in_is_no_file(
    slack: Slack, listener: Listener, door: Door
) -> None:
    await door.say("writer", "team", "@bellhop see", files=[{"name": "error.log", "content": "boom"}])
    [file] = (await heard(slack, listener)).files
    await door.ask("PUT", "/scopes", scopes=["chat:write", "channels:history"])
    with pytest.raises(AuthenticationError, match="files:read"):
        await slack.fetch(file, 100)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("missing_scope", "files:write"),
        ("file_uploads_disabled", "disabled"),
        ("storage_limit_reached", "limit"),
    ],
)
@pytest.mark.parametrize("method", ["getUploadURLExternal", "completeUploadExternal"])
async def test_where_no_file_is_ever_taken_the_reason_is_told(
    slack: Slack, thread_in: ThreadIn, break_with: Break, error: str, why: str, method: str
) -> None:
    break_with("error", error=error, path=method)
    with pytest.raises(Refused, match=why):
        await slack.upload(thread_in("team"), LOG)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("channel_not_found", NotFoundError),
        ("not_in_channel", AuthenticationError),
        ("token_revoked", AuthenticationError),
        ("internal_error", NetworkError),
    ],
)
async def test_what_is_about_the_place_the_token_or_the_moment_is_no_refusal_of_files(
    slack: Slack, thread_in: ThreadIn, break_with: Break, error: str, kind: type[IntegrationError]
) -> None:
    break_with("error", error=error, path="completeUploadExternal")
    with pytest.raises(kind):
        await slack.upload(thread_in("team"), LOG)


async def test_a_scope_that_is_really_missing_is_named(slack: Slack, thread_in: ThreadIn, door: Door) -> None:
    await door.ask("PUT", "/scopes", scopes=["chat:write", "channels:history"])
    with pytest.raises(Refused, match="files:write"):
        await slack.upload(thread_in("team"), LOG)


async def test_a_file_whose_answer_was_lost_is_found_and_somebody_elses_is_not(
    slack: Slack, thread_in: ThreadIn, break_with: Break, door: Door
) -> None:
    root = await door.say("writer", "team", "@bellhop logs")
    forged = [{"name": LOG.name, "content": "not ours"}]
    await door.say("writer", "team", "here", thread_ts=root, files=forged)
    assert await slack.uploaded(thread_in("team", root), LOG.name) is None
    break_with("wrong_json", path="completeUploadExternal", when="after", body={"ok": True})
    with pytest.raises(IntegrationError) as lost:
        await slack.upload(thread_in("team", root), LOG)
    assert lost.value.is_ambiguous
    found = await slack.uploaded(thread_in("team", root), LOG.name)
    assert found is not None
    assert await slack.uploaded(thread_in("team", root), "J-7K3Q.d2-0.log") is None


async def test_for_one_person_alone_it_goes_into_the_conversation_with_them(
    slack: Slack, thread_in: ThreadIn, door: Door, playground: SlackPlayground
) -> None:
    writer = playground.world.cast["writer"]
    alone = thread_in("team").model_copy(update={"channel": writer, "root": "", "kind": ThreadKind.DIRECT})
    await slack.upload(alone, LOG)
    [shown] = [each for each in await screen(door, "writer", "dm") if each.get("files")]
    assert shown["files"][0]["title"] == LOG.title
    assert await slack.uploaded(alone, LOG.name) is not None


async def test_a_secret_in_a_file_is_masked(slack: Slack, thread_in: ThreadIn, door: Door) -> None:
    token = slack.secrets[0]
    posted = await slack.upload(thread_in("team"), LOG.model_copy(update={"content": f"token {token} end"}))
    [shown] = [each for each in await screen(door, "writer", "team") if each.get("files")]
    file = Attachment(id=posted.id, name=LOG.name, url=shown["files"][0]["url_private"])
    assert token.encode() not in await slack.fetch(file, 1000)
