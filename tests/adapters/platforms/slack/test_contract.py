"""Every method of the ports has sent requests; each has the arguments that slack_sdk and the vendor's page name, and
its Block Kit passed the pretend Slack's judge."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.platforms.slack import Slack
from bot.chat import Chat, Enclosure
from bot.platform import Platform
from models.message import Actor, Attachment, IncomingMessage, MessageKind, Thread
from models.picker import Dialog, Page, Picker, Section
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.test_chat import command
from tests.adapters.platforms.slack.test_platform import heard
from tests.playground.slack.conftest import Door, Listener

ThreadIn = Callable[..., Thread]
PAGES = "docs.slack.dev/reference/methods/"
# What each method of the ports asks for, and so the page it rests on: PAGES and the name.
ASKS: dict[str, set[str]] = {
    "context_of": {"conversations.info", "conversations.replies", "users.info"},
    "delete": {"chat.delete"},
    "edit": {"chat.update"},
    "find": {"conversations.history", "conversations.replies"},
    "is_member": {"users.info"},
    "look_up": {"conversations.info"},
    "me": {"auth.test"},
    "open_dialog": {"views.open"},
    "post": {"chat.postMessage", "conversations.open"},
    "profile": {"users.info"},
    "react": {"reactions.add"},
    "replace_whisper": {"chat.update"},
    "show_page": {"views.publish"},
    "upload": {"files.completeUploadExternal", "files.getUploadURLExternal"},
    "uploaded": {"conversations.history", "conversations.replies"},
    "whisper": {"chat.postEphemeral", "chat.postMessage", "conversations.open", "conversations.replies"},
}
# Addresses that are no methods of the Web API:
# docs.slack.dev/interactivity/handling-user-interaction#message_responses
# docs.slack.dev/messaging/working-with-files and docs.slack.dev/reference/objects/file-object
ELSEWHERE = {
    "fetch": "/files-pri/",
    "replace_whisper": "/actions/",
    "upload": "/upload/",
    "whisper": "/commands/",
}
ASKS_NOBODY = {"close", "role_of"}
# What stands in a form without being an argument of the method.
COMMON = {"token"}


def asynchronous(port: type) -> set[str]:
    """The port's methods that call out."""
    return {name for name, method in vars(port).items() if inspect.iscoroutinefunction(method)} - ASKS_NOBODY


class Watcher:
    """What was asked on behalf of each method of the ports."""

    def __init__(self, playground: SlackPlayground) -> None:
        self.journal = playground.world.journal
        self.asked: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)

    @contextmanager
    def during(self, method: str) -> Iterator[None]:
        before = len(self.journal.entries)
        yield
        for entry in self.journal.read()[before:]:
            if entry["direction"] == "in":
                assert entry["error"] in (None, "not_in_channel", "channel_not_found"), entry
                self.asked[method].append((entry["path"], entry["body"] or {}))

    def methods(self, name: str) -> set[str]:
        """The Web API's."""
        return {path.removeprefix("/api/") for path, _ in self.asked[name] if path.startswith("/api/")}


async def test_every_method_sends_what_the_vendor_describes(
    slack: Slack, playground: SlackPlayground, listener: Listener, door: Door, thread_in: ThreadIn
) -> None:
    watcher = Watcher(playground)
    writer = Actor(id=playground.world.cast["writer"], login="writer")
    with watcher.during("me"):
        await slack.me()
    await _talk(slack, watcher, door, thread_in, writer)
    await _whisper(slack, watcher, listener, door, thread_in, writer)
    await _show(slack, watcher, listener, door, thread_in, writer)
    assert {name: watcher.methods(name) for name in ASKS} == ASKS
    assert asynchronous(Platform) | asynchronous(Chat) == ASKS.keys() | ELSEWHERE.keys()
    for name, part in ELSEWHERE.items():
        assert any(path.startswith(part) for path, _ in watcher.asked[name]), name
    assert complaints(watcher) == []


def complaints(watcher: Watcher) -> list[str]:
    """Arguments that slack_sdk's method does not name, and those it needs and did not get."""
    found = []
    for path, body in (each for asked in watcher.asked.values() for each in asked):
        if path.startswith("/api/"):
            method = path.removeprefix("/api/")
            found += [f"{method}: {what}" for what in complaints_of(method, set(body))]
    return found


def complaints_of(method: str, given: set[str]) -> set[str]:
    parameters = inspect.signature(getattr(AsyncWebClient, method.replace(".", "_"))).parameters.values()
    named = {each.name for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY}
    needed = {
        each.name for each in parameters if each.name in named and each.default is inspect.Parameter.empty
    }
    return (given - named - COMMON) | {f"no {name}" for name in needed - given}


def test_a_request_that_breaks_the_contract_is_seen() -> None:
    assert complaints_of("chat.update", {"channel", "ts", "tekst"}) == {"tekst"}
    assert complaints_of("chat.update", {"text", "channel"}) == {"no ts"}


async def _talk(slack: Slack, watcher: Watcher, door: Door, thread_in: ThreadIn, writer: Actor) -> None:
    thread = thread_in("team", await door.say("writer", "team", "@bellhop fix it"))
    for place in (thread, thread_in("team"), thread_in(writer.id)):
        with watcher.during("post"):
            posted = await slack.post(place, slack.render_reply("**hello** `there`", "bellhop:J-1"))
        with watcher.during("edit"):
            await slack.edit(place, posted.id, slack.render_reply("hello again", "bellhop:J-1"))
        with watcher.during("find"):
            assert len(await slack.find(place, "bellhop:J-1")) == 1
        with watcher.during("delete"):
            await slack.delete(place, posted.id)
    with watcher.during("react"):
        await slack.react(thread, MessageKind.COMMENT, thread.root, "eyes")
    message = IncomingMessage(
        source=thread.source,
        message="fix it",
        kind=MessageKind.COMMENT,
        event="message",
        actor=writer,
        thread=thread,
        comment_id=thread.root,
    )
    with watcher.during("context_of"):
        await slack.context_of(message)
    with watcher.during("look_up"):
        await slack.look_up(thread)


async def _whisper(
    slack: Slack, watcher: Watcher, listener: Listener, door: Door, thread_in: ThreadIn, writer: Actor
) -> None:
    said = slack.render_reply("psst", "m")
    asked = await command(slack, listener, door)
    root = await door.say("writer", "team", "hello")
    slack._rooms._direct.clear()
    with watcher.during("whisper"):
        await slack.whisper(thread_in("team", root), writer.id, said)
        await slack.whisper(thread_in("elsewhere"), writer.id, said)
        await slack.whisper(asked.thread, writer.id, said, asked.answer_url)
    told = await slack.whisper(thread_in("elsewhere"), writer.id, said)
    question = slack.render_picker(Picker(id="17", question="Which?", dismiss="Never mind"))
    await slack.whisper(thread_in("team"), writer.id, question)
    [shown] = [each for each in await door.get("/screens/writer/team") if "Which" in each["text"]]
    await door.post("/click", user="writer", channel="team", ts=shown["ts"], action_id="dismiss")
    clicked = await heard(slack, listener)
    with watcher.during("replace_whisper"):
        assert await slack.replace_whisper(asked.thread, told, said)
        assert await slack.replace_whisper(clicked.thread, shown["ts"], said, clicked.answer_url)


async def _show(
    slack: Slack, watcher: Watcher, listener: Listener, door: Door, thread_in: ThreadIn, writer: Actor
) -> None:
    page = Page(sections=(Section(title="Jobs", text="none", commands=("/bellhop help",)),))
    with watcher.during("show_page"):
        await slack.show_page(writer.id, slack.render_page(page))
    asked = await command(slack, listener, door)
    with watcher.during("open_dialog"):
        await slack.open_dialog(
            asked.trigger_id, slack.render_dialog(Dialog(id="1", title="Fix", question="What?"))
        )
    with watcher.during("upload"):
        await slack.upload(
            thread_in("team"), Enclosure(name="a.1.log", title="a.log", content="x", words="A log")
        )
    with watcher.during("uploaded"):
        assert await slack.uploaded(thread_in("team"), "a.1.log")
        [shown] = [each for each in await door.get("/screens/writer/team") if each.get("files")]
        assert not await slack.uploaded(thread_in("team", shown["ts"]), "b.1.log")
    file = Attachment(id="F1", name="a.log", url=shown["files"][0]["url_private"])
    with watcher.during("fetch"):
        await slack.fetch(file, 10)
    for method, ask in (("profile", slack.profile), ("is_member", slack.is_member)):
        slack._people._known.clear()
        with watcher.during(method):
            await ask(writer)  # type: ignore[operator]
