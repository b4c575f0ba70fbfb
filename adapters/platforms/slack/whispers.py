"""Words that one person alone sees: at a `response_url` while it lives, else as an ephemeral message, else in a
conversation with them alone.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses ("up to 5 times within 30 minutes")
https://docs.slack.dev/reference/methods/chat.postEphemeral
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp

from adapters.platforms.slack import conversation, plain
from adapters.platforms.slack.client import Call
from adapters.platforms.slack.conversation import Place
from adapters.platforms.slack.markup import spoken
from bot.errors import AuthenticationError, NotFoundError
from models.message import Thread, ThreadKind

SHOWN = ("text", "blocks")


async def whisper(api: Call, place: Place, actor_id: str, body: str) -> None:
    """In the thread, else in the channel, so that only this person sees it; where we may not, in a direct message."""
    said, thread = _shown(body), place.thread
    if thread.kind is ThreadKind.DIRECT:
        await conversation.post(api, place, body)
        return
    root = await root_of(api, thread)
    try:
        await plain.say(api, "chat_postEphemeral", said, channel=thread.channel, user=actor_id, **root)
    except (NotFoundError, AuthenticationError) as error:
        if isinstance(error, AuthenticationError) and not error.is_forbidden:
            raise
        # They left, or we were never invited.
        channel = await place.rooms.of(api, actor_id)
        await plain.say(api, "chat_postMessage", said, channel=channel, **conversation.QUIETLY)


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


def _shown(body: str) -> Mapping[str, Any]:
    """What of a body an ephemeral message takes: it carries no metadata."""
    said = spoken(body)
    return {name: said[name] for name in SHOWN if name in said}
