"""What is sent has the shape of what Slack was seen to send."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema
import pytest

from tests.playground.slack.conftest import kind_of, read

# The 2021 description still demands `authed_users`, since replaced by `authorizations`.
# https://docs.slack.dev/apis/events-api#authorizations
SINCE_REMOVED = "authed_users"
GIVEN_BY_THE_APP = ("blocks", "element", "elements", "values", "metadata", "attachments")
# In the vendor's pages, in none of the recordings of that kind.
DOCUMENTED = {
    "message.event.files[].file_access",  # https://docs.slack.dev/reference/objects/file-object
    "message.event.files[].user_team",
    "view_closed.is_cleared",  # https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    # https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    "app_home_opened.event.view.title.emoji",
}
HEADS = (".event.message", ".event.previous_message", ".event.root", ".event", ".message")
# Said alike in every interaction: who, where, in what.
FRAME = (
    ".user", ".team", ".enterprise", ".is_enterprise_install", ".api_app_id", ".container", ".channel", ".message",
    ".view",
)  # fmt: skip
ENVELOPE = {"token", "team_id", "api_app_id", "event", "type", "event_id", "event_time", "authorizations"}
BUTTON = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "A"}, "value": "v"}
FIELD = {
    "type": "input",
    "block_id": "b",
    "label": {"type": "plain_text", "text": "B"},
    "element": {"type": "plain_text_input", "action_id": "b"},
}
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "T"},
    "submit": {"type": "plain_text", "text": "S"},
    "blocks": [FIELD],
    "notify_on_close": True,
}


async def play(door: Any, bot: Any, told: Any) -> None:
    """One of everything."""
    team, writer = told["channels"]["team"]["id"], told["people"]["writer"]["id"]
    menu = {"type": "external_select", "action_id": "m", "min_query_length": 0, "placeholder": MODAL["title"]}
    elements = [{"type": "actions", "block_id": "x", "elements": [BUTTON, menu]}]
    ts = await door.say("writer", "team", "@bellhop hi")
    await door.say("writer", "team", "and", thread_ts=ts)
    await door.say("writer", "dm", "direct", files=[{"name": "a.txt", "content": "a"}])
    card = await bot.chat_postMessage(channel=team, text="card", blocks=elements, thread_ts=ts)
    await bot.chat_postMessage(channel=team, text="all", thread_ts=ts, reply_broadcast=True)
    await door.post("/edit", user="writer", channel="team", ts=ts, text="@bellhop hi there")
    await door.post("/react", user="writer", channel="team", ts=ts, name="+1")
    await door.post("/delete", user="writer", channel="team", ts=await door.say("writer", "team", "x"))
    await door.post("/channels/elsewhere/members", user="bot", inviter="writer")
    await bot.views_publish(user_id=writer, view={"type": "home", "blocks": [{"type": "divider"}]})
    await door.post("/home", user="writer")
    place = {"user": "writer", "channel": "team", "ts": card["ts"]}
    await door.post("/click", **place, action_id="a")
    await door.post("/suggest", **place, action_id="m", text="")
    await door.post("/click", **place, action_id="m", value="r")
    await door.post("/message_action", **place, callback_id="c")
    await door.post("/shortcut", user="writer", callback_id="c")
    for ending in ("/submit", "/close"):
        ran = await door.post("/command", user="writer", channel="team", command="/bellhop", text="help")
        await bot.views_open(trigger_id=ran["payload"]["trigger_id"], view=MODAL)
        await door.post(ending, user="writer", values={"b": "text"})
    for name in ("/challenge", "/app_rate_limited", "/uninstall"):
        await door.post(name)
    await door.settle()


def name_of(payload: dict[str, Any]) -> str:
    """One name for both ways of sending: the event's type, the interaction's, or slash_command."""
    if "command" in payload:
        return "slash_command"
    return str(payload["event"]["type"] if "event" in payload else kind_of(payload))


def paths(value: Any, prefix: str = "") -> Iterator[str]:
    """Every key path; what the app gave is not looked into."""
    if isinstance(value, list):
        for item in value:
            yield from paths(item, prefix + "[]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{prefix}.{key}"
            if key not in GIVEN_BY_THE_APP:
                yield from paths(item, f"{prefix}.{key}")


def recorded() -> dict[str, set[str]]:
    """Name -> every key path of the recordings; empty when there are none on this machine."""
    folder, found = os.environ.get("BELLHOP_PAYLOADS"), {}
    for file in sorted(Path(folder, "slack").glob("*.json")) if folder else []:
        body = json.loads(file.read_text())["body"]
        if isinstance(body, str):
            form = dict(parse_qsl(body, keep_blank_values=True))
            body = json.loads(form["payload"]) if "payload" in form else form
        found.setdefault(name_of(body), set()).update(paths(body))
    return found


def message_paths(known: dict[str, set[str]]) -> set[str]:
    """Inside of any message; one kind of recording rarely shows every optional key."""
    every = {path for found in known.values() for path in found}
    return {path.removeprefix(head) for head in HEADS for path in every if path.startswith(head + ".")}


def common_paths(known: dict[str, set[str]]) -> set[str]:
    """Around any event, and in the frame of any interaction."""
    events = {path for found in known.values() if ".event" in found for path in found}
    others = {path for found in known.values() if ".event" not in found for path in found}
    around = {path for path in events if not path.startswith(".event.")}
    return around | {path for path in others if path.startswith(FRAME)}


@pytest.fixture
async def sent(door: Any, bot: Any, told: Any, listener: Any) -> dict[str, list[dict[str, Any]]]:
    listener.answers["block_suggestion"] = {"options": [{"text": MODAL["title"], "value": "r"}]}
    await play(door, bot, told)
    found: dict[str, list[dict[str, Any]]] = {}
    for _, body in listener.seen:
        found.setdefault(name_of(read(body)), []).append(read(body))
    return found


async def test_every_kind_is_played_and_every_envelope_complete(
    sent: dict[str, list[dict[str, Any]]],
) -> None:
    assert sent.keys() >= {
        "app_mention", "message", "reaction_added", "member_joined_channel", "app_home_opened", "app_uninstalled",
        "tokens_revoked", "app_rate_limited", "url_verification", "slash_command", "block_actions",
        "block_suggestion", "message_action", "shortcut", "view_submission", "view_closed",
    }  # fmt: skip
    subtypes = {payload["event"].get("subtype") for payload in sent["message"]}
    assert subtypes >= {
        None,
        "file_share",
        "message_changed",
        "message_deleted",
        "thread_broadcast",
        "channel_join",
    }
    for payloads in sent.values():
        assert all(payload.keys() >= ENVELOPE for payload in payloads if "event" in payload)


async def test_no_key_is_made_up(sent: dict[str, list[dict[str, Any]]]) -> None:
    known = recorded()
    ours = {name: {path for one in payloads for path in paths(one)} for name, payloads in sent.items()}
    inside, common = message_paths(known), common_paths(known)
    made_up = [
        f"{name}{path}"
        for name, found in sorted(ours.items())
        for path in sorted(found - known.get(name, found) - common)
        if f"{name}{path}" not in DOCUMENTED
        and not any(path.startswith(head) and path.removeprefix(head) in inside for head in HEADS)
    ]
    assert made_up == [], "\n".join(made_up)


async def test_every_event_fits_slacks_own_description(sent: dict[str, list[dict[str, Any]]]) -> None:
    schema = description()
    events = [payload for payloads in sent.values() for payload in payloads if "event" in payload]
    for payload in events:
        jsonschema.validate(payload, schema)
    assert len(events) > 10


def description() -> dict[str, Any]:
    """The envelope's schema; without the vendor's file what every reader relies on."""
    folder = os.environ.get("BELLHOP_SPECS")
    path = Path(folder) / "slack-events.asyncapi.json" if folder else None
    if path is None or not path.exists():
        return {"type": "object", "required": sorted(ENVELOPE)}
    schema = dict(json.loads(path.read_text())["components"]["schemas"]["GenericEventWrapper"])
    return schema | {"required": [name for name in schema["required"] if name != SINCE_REMOVED]}
