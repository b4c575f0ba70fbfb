"""Answers to a person who acted: through a response URL, or in the body of the HTTP response.

docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

from typing import Any

from playground.slack.actions import messages
from playground.slack.actions.drafts import KEPT_OPTIONS, LONGEST_TEXT, Draft, read_blocks
from playground.slack.failures import ApiFailure
from playground.slack.records import Channel, Message, ResponseUrl, User
from playground.slack.world import World

MOST_USES = 5
LIFETIME_SECONDS = 30 * 60


def make_response_url(
    world: World, prefix: str, channel: Channel, user: User, message: Message | None = None
) -> str:
    """A new address; `prefix` is commands, actions or app."""
    store = world.store
    path = f"/{prefix}/{store.team.id}/{store.number()}/{store.secret(24)}"
    store.response_urls[path] = ResponseUrl(path, channel, user, store.clock.now(), message)
    return world.links.base + path


def use(world: World, url: ResponseUrl, body: dict[str, Any]) -> None:
    """One of five answers; raises `used_url`, `expired_url` and what is wrong with the message."""
    if world.store.clock.now() - url.made_at > LIFETIME_SECONDS:
        raise ApiFailure("expired_url")
    if url.uses >= MOST_USES:
        raise ApiFailure("used_url")
    draft = read_answer(world, body, "response_url")
    url.uses += 1
    if body.get("delete_original") is True:
        _delete_original(world, url)
    elif body.get("replace_original") is True and url.message:
        messages.bot_edits(world, _original(url), draft)
    else:
        say(world, url.channel, url.user, body, draft)


def read_answer(world: World, body: dict[str, Any], where: str) -> Draft:
    """The message in an answer; only a deletion needs none."""
    text, attachments = body.get("text"), body.get("attachments")
    if not isinstance(text, str | None) or not isinstance(attachments, list | None):
        raise ApiFailure("invalid_payload")
    blocks = read_blocks(world, body.get("blocks"), where)
    if not text and not blocks and not attachments and body.get("delete_original") is not True:
        raise ApiFailure("no_text")
    if text and len(text) > LONGEST_TEXT:
        raise ApiFailure("msg_too_long")
    options = {name: body[name] for name in KEPT_OPTIONS if name in body}
    return Draft(text, blocks, attachments, body.get("metadata"), body.get("thread_ts"), options=options)


def say(world: World, channel: Channel, reader: User, body: dict[str, Any], draft: Draft) -> None:
    """Ephemeral unless the answer says `in_channel`; works where the bot is no member."""
    if body.get("response_type") == "in_channel":
        messages.bot_posts(world, channel, draft, subtype="bot_message")
    else:
        messages.bot_whispers(world, channel, reader, draft)


def _original(url: ResponseUrl) -> Message:
    assert url.message, "only an action has an original"
    item = url.message
    is_there = item in item.channel.ephemerals if item.is_ephemeral else item.ts in item.channel.messages
    if not is_there:
        raise ApiFailure("message_not_found")
    return item


def _delete_original(world: World, url: ResponseUrl) -> None:
    if url.message is None:
        raise ApiFailure("message_not_found")
    messages.delete(world, _original(url))
