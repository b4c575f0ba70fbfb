"""Words that one person alone sees: at a `response_url` while it lives, else as an ephemeral message, else in a
conversation with them alone.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses ("up to 5 times within 30 minutes")
https://docs.slack.dev/reference/methods/chat.postEphemeral
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as replace_in
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.platforms.slack import conversation, plain
from adapters.platforms.slack.client import Call
from adapters.platforms.slack.conversation import Place
from adapters.platforms.slack.markup import spoken
from bot.errors import AuthenticationError, NotFoundError
from models.message import Thread, ThreadKind

SHOWN = ("text", "blocks")
OF = "/"  # a message of a channel
COMMANDS = "/commands/"


async def whisper(api: Call, place: Place, actor_id: str, body: str) -> str:
    """In the thread, else in the channel, so that only this person sees it; where we may not, in a direct message.

    The id of a direct message, for `replace`; "" for an ephemeral one.
    """
    said, thread = _shown(body), place.thread
    if thread.kind is ThreadKind.DIRECT:
        posted = await conversation.post(api, place, body)
        return _id(await place.channel(api), posted.id)
    root = await root_of(api, thread)
    try:
        await plain.say(api, "chat_postEphemeral", said, channel=thread.channel, user=actor_id, **root)
    except (NotFoundError, AuthenticationError) as error:
        if isinstance(error, AuthenticationError) and not error.is_forbidden:
            raise
        # They left, or we were never invited.
        channel = await place.rooms.of(api, actor_id)
        made = await plain.say(api, "chat_postMessage", said, channel=channel, **conversation.QUIETLY)
        return _id(channel, str(made["ts"]))
    return ""


async def replace(api: Call, place: Place, message_id: str, body: str) -> bool:
    """Edit a direct message of ours; False where there is none: an ephemeral message cannot be edited.

    https://docs.slack.dev/messaging/modifying-messages ("Ephemeral messages can't be updated in this way")
    """
    channel, _, ts = message_id.rpartition(OF)
    if not ts or not (channel or place.thread.kind is ThreadKind.DIRECT):
        return False
    there = place.thread.model_copy(update={"channel": channel or place.thread.channel})
    try:
        await conversation.edit(api, replace_in(place, thread=there), ts, body)
    except NotFoundError:
        return False
    return True


def is_of_click(url: str) -> bool:
    """Whether an address came with a click in a message, and so can replace that message.

    That of a typed command cannot, whatever it is asked: github.com/slackapi/bolt-js/issues/2287
    """
    return bool(url) and not urlsplit(url).path.startswith(COMMANDS)


async def root_of(api: Call, thread: Thread) -> Mapping[str, str]:
    """The thread to whisper in, as an argument: none before anybody answered in it, for nobody would see it."""
    return {"thread_ts": thread.root} if await conversation.is_active(api, thread) else {}


async def answer(api: Call, url: str, body: str, **how: Any) -> bool:
    """Send it to a `response_url`. False: it lives no more, or nobody can say."""
    from slack_sdk.webhook.async_client import AsyncWebhookClient

    client = api.client
    hook = AsyncWebhookClient(url, session=client.session(), logger=client.logger, retry_handlers=[])
    hook.proxy = None  # slack_sdk takes the environment's; ours is the session's
    try:
        answered = await hook.send_dict(
            {"response_type": "ephemeral", **_shown(body), **how, **conversation.QUIETLY}
        )
    except (aiohttp.ClientError, TimeoutError, ConnectionError):
        return False
    return answered.status_code == 200


def _id(channel: str, ts: str) -> str:
    return f"{channel}{OF}{ts}"


def _shown(body: str) -> Mapping[str, Any]:
    """What of a body an ephemeral message takes: it carries no metadata."""
    said = spoken(body)
    return {name: said[name] for name in SHOWN if name in said}
