"""Words for one person, choices, dialogs, pages, files and people, against the pretend Slack."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.platforms.slack import Slack
from bot.errors import (
    NotFoundError,
)
from models.message import Actor, IncomingMessage, MessageKind, Thread
from models.picker import Choice, Dialog, Menu, Page, Picker, Section
from playground.slack.faults import Fault
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.deliveries import of, payload
from tests.adapters.platforms.slack.test_platform import heard
from tests.playground.slack.conftest import Door, Listener

ThreadIn = Callable[..., Thread]
Break = Callable[..., Fault]


def actor(playground: SlackPlayground, role: str) -> Actor:
    return Actor(id=playground.world.cast[role], login=role)


async def screen(door: Door, role: str, channel: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await door.get(f"/screens/{role}/{channel}")
    return found


async def texts(door: Door, role: str, channel: str) -> list[str]:
    return [str(each["text"]) for each in await screen(door, role, channel)]


async def command(
    slack: Slack, listener: Listener, door: Door, text: str = "help", channel: str = "team"
) -> IncomingMessage:
    """Somebody types a command; the app's words for it."""
    await door.post("/command", user="writer", channel=channel, command="/bellhop", text=text)
    return await heard(slack, listener)


async def answer(slack: Slack, asked: IncomingMessage, text: str) -> None:
    """Whisper to whoever asked."""
    assert asked.actor is not None
    await slack.whisper(asked.thread, asked.actor.id, slack.render_reply(text, "m"), asked.answer_url)


async def test_a_picker_offers_what_we_answer_and_tells_what_was_chosen(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    """From the question to the answer in its place, as one person goes through it."""
    offered = slack.offer(
        [Choice(value="acme/shop", label="acme/shop"), Choice(value="acme/api", label="acme/api")]
    )
    listener.answers["block_suggestion"] = json.loads(offered.body)
    question = Picker(id="17", question="Which repository?", remember="remember for #backend")
    await slack.whisper(thread_in("team"), actor(playground, "writer").id, slack.render_picker(question))
    [shown] = [each for each in await screen(door, "writer", "team") if "Which" in each["text"]]
    where = {"user": "writer", "channel": "team", "ts": shown["ts"]}
    typed = await door.post("/suggest", **where, action_id="choice", text="acme/")
    assert [option["value"] for option in typed["options"]] == ["acme/shop", "acme/api"]
    headers, body = listener.seen[-1]
    request = of({"type": "block_suggestion"}).model_copy(
        update={"headers": {name.lower(): value for name, value in headers.items()}, "body": body}
    )
    suggestion = slack.suggestion(request)
    assert suggestion is not None
    assert (suggestion.picker_id, suggestion.typed) == ("17", "acme/")
    assert suggestion.actor.id == actor(playground, "writer").id
    await door.post("/click", **where, action_id="remember", value=["yes"])
    await door.post("/click", **where, action_id="choice", value="acme/shop")
    chosen = await heard(slack, listener)
    assert (chosen.kind, chosen.text) == (MessageKind.ACTION, "")
    assert chosen.fields | {"picker": "17", "choice": "acme/shop", "remember": "yes"} == chosen.fields
    told = slack.render_reply("acme/shop it is", "m")
    clicked = (chosen.thread, chosen.subject_id)
    assert await slack.replace_whisper(*clicked, told, chosen.answer_url)
    now = await texts(door, "writer", "team")
    assert "acme/shop it is" in now
    assert not any("Which" in text for text in now)
    playground.world.store.response_urls.clear()
    assert not await slack.replace_whisper(*clicked, told, chosen.answer_url), "and chat.update cannot"


async def test_never_mind_is_no_choice(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    question = Picker(id="17", question="Which repository?", dismiss="Never mind")
    await slack.whisper(thread_in("team"), actor(playground, "writer").id, slack.render_picker(question))
    [shown] = [each for each in await screen(door, "writer", "team") if "Which" in each["text"]]
    await door.post("/click", user="writer", channel="team", ts=shown["ts"], action_id="dismiss")
    clicked = await heard(slack, listener)
    assert clicked.text == ""
    assert clicked.fields == {"picker": "17", "dismiss": "yes"}


def test_only_a_choice_being_typed_asks_for_choices(slack: Slack) -> None:
    assert slack.suggestion(of(payload("block_actions"))) is None
    assert (
        slack.suggestion(of(payload("slash_command", lambda made: made.update(text="block_suggestion"))))
        is None
    )
    other = slack.suggestion(of(payload("block_suggestion", lambda made: made.update(block_id="es_b"))))
    assert other is not None
    assert other.picker_id == ""


def test_no_more_is_offered_than_slack_takes(slack: Slack) -> None:
    many = [Choice(value=f"acme/{n}", label="x" * 200) for n in range(300)]
    too_long = [Choice(value="y" * 151, label="y"), Choice(value="", label="z"), Choice(value="z", label="")]
    offered = json.loads(slack.offer([*too_long, *many]).body)
    assert len(offered["options"]) == 100
    assert all(len(each["text"]["text"]) <= 75 and len(each["value"]) <= 150 for each in offered["options"])
    assert json.loads(slack.offer([]).body) == {"options": []}


async def test_a_dialog_is_opened_filled_in_and_comes_back(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    await door.post("/shortcut", user="writer", callback_id="ask")
    clicked = await heard(slack, listener)
    dialog = Dialog(
        id="17",
        title="Fix something",
        question="What?",
        placeholder="in words",
        thread=thread_in("team", "1.2"),
    )
    await slack.open_dialog(clicked.trigger_id, slack.render_dialog(dialog))
    listener.answers["view_submission"] = {"response_action": "clear"}
    told = await door.post("/submit", user="writer", values={"text": "the login test"})
    assert told["is_sent"]
    form = await heard(slack, listener)
    assert (form.kind, form.thread) == (MessageKind.FORM, dialog.thread)
    assert (form.fields["dialog"], form.fields["text"]) == ("17", "the login test")
    assert (await door.get("/screens/writer"))["modals"] == []


async def test_seconds_too_late_a_dialog_cannot_be_opened(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door
) -> None:
    playground.world.postman.behavior.trigger_seconds = 0.0
    await door.post("/shortcut", user="writer", callback_id="ask")
    late = await heard(slack, listener)
    dialog = slack.render_dialog(Dialog(id="1", title="Fix", question="What?"))
    with pytest.raises(NotFoundError):
        await slack.open_dialog(late.trigger_id, dialog)


async def test_a_page_is_shown_to_its_person_and_its_buttons_are_commands(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door
) -> None:
    page = Page(sections=(Section(title="My jobs", text="none **yet**", commands=("/bellhop help",)),))
    await slack.show_page(actor(playground, "writer").id, slack.render_page(page))
    home = (await door.get("/screens/writer"))["home"]
    assert [block["type"] for block in home["blocks"]] == ["header", "section", "actions"]
    await door.post("/click", user="writer", home=True, action_id="command-0")
    clicked = await heard(slack, listener)
    assert (clicked.text, clicked.thread.channel) == ("/bellhop help", actor(playground, "writer").id)


async def test_a_menu_on_a_page_completes_a_command(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door
) -> None:
    me = actor(playground, "writer").id
    listener.answers["block_suggestion"] = json.loads(
        slack.offer([Choice(value="acme/shop", label="acme/shop")]).body
    )
    parts = (
        Section(title="Yours", menu=Menu(command="/bellhop repo set {choice}")),
        Section(title="", text="and #C0AB12CD3E", commands=("/bellhop repo unset in=C0AB12CD3E",)),
        Section(title="", menu=Menu(command="/bellhop repo set {choice} in=C0AB12CD3E" + "E" * 255)),
    )
    await slack.show_page(me, slack.render_page(Page(sections=parts)))
    home = (await door.get("/screens/writer"))["home"]
    assert [block["type"] for block in home["blocks"]] == ["header", "actions", "section", "actions"]
    assert home["blocks"][2]["text"]["text"] == "and <#C0AB12CD3E>"
    assert home["blocks"][3]["elements"][0]["text"]["text"] == "Clear"
    where = {"user": "writer", "home": True, "action_id": "choice"}
    await door.post("/suggest", **where, text="sh")
    headers, body = listener.seen[-1]
    request = of({"type": "block_suggestion"}).model_copy(
        update={"headers": {name.lower(): value for name, value in headers.items()}, "body": body}
    )
    suggestion = slack.suggestion(request)
    assert suggestion is not None
    assert suggestion.owner is not None
    assert suggestion.owner.key == ("slack", "default", playground.world.store.team.id, me)
    await door.post("/click", **where, value="acme/shop")
    clicked = await heard(slack, listener)
    assert (clicked.text, clicked.is_direct) == ("/bellhop repo set acme/shop", True)
