"""Posts, edits and deletes messages, and tells the app."""

from __future__ import annotations

import uuid
from typing import Any

from playground.slack import events
from playground.slack.actions.drafts import Draft, fallback, find_thread
from playground.slack.entities import Typing
from playground.slack.records import Channel, File, Message, User
from playground.slack.shapes import messages
from playground.slack.world import World

TOMBSTONE = "This message was deleted."
JOINED = "<@{user}> has joined the channel"


def bot_posts(world: World, channel: Channel, draft: Draft, *, subtype: str | None = None) -> Message:
    """A message of the app's bot that everybody in the conversation sees."""
    item = _by_bot(world, channel, draft)
    item.subtype = subtype
    if draft.is_broadcast and item.thread_ts:
        item.is_broadcast, item.subtype = True, "thread_broadcast"
    _keep(world, item)
    return item


def bot_whispers(world: World, channel: Channel, reader: User, draft: Draft) -> Message:
    """An ephemeral message: one person sees it, until the client reloads. No event tells of it."""
    item = _by_bot(world, channel, draft)
    item.is_ephemeral, item.seen_by = True, reader.id
    channel.ephemerals.append(item)
    return item


def _by_bot(world: World, channel: Channel, draft: Draft) -> Message:
    app = world.store.app
    return Message(
        channel,
        world.store.clock.ts(),
        app.bot,
        draft.text or fallback(draft.blocks or []),
        blocks=draft.blocks or [],
        attachments=draft.attachments or [],
        thread_ts=find_thread(channel, draft.thread_ts),
        bot_id=app.bot.bot_id,
        app_id=app.id,
        metadata=draft.metadata or None,
        options=draft.options,
    )


def person_posts(
    world: World,
    channel: Channel,
    user: User,
    typed: str,
    files: list[File] | None = None,
    thread_ts: str | None = None,
) -> Message:
    """What a person typed, as the client sends it."""
    typing = Typing(world.store)
    item = Message(
        channel,
        world.store.clock.ts(),
        user,
        typing.text(typed),
        blocks=[typing.block(typed)] if typed else [],
        thread_ts=find_thread(channel, thread_ts),
        client_msg_id=str(uuid.UUID(int=world.store.random.getrandbits(128), version=4)),
        files=files or [],
        subtype="file_share" if files else None,
    )
    for file in item.files:
        file.channels.append(channel.id)
    _keep(world, item)
    return item


def share_files(world: World, channel: Channel, files: list[File], draft: Draft) -> Message:
    """The bot's files, with a comment. docs.slack.dev/reference/methods/files.completeUploadExternal"""
    item = _by_bot(world, channel, draft)
    item.files, item.subtype = files, "file_share"
    for file in files:
        file.channels.append(channel.id)
    _keep(world, item)
    return item


def announce_member(world: World, channel: Channel, user: User, inviter: User | None) -> None:
    """The line "... has joined the channel"."""
    item = Message(channel, world.store.clock.ts(), user, JOINED.format(user=user.id), subtype="channel_join")
    item.options = {"inviter": inviter.id} if inviter else {}
    _keep(world, item)


def _keep(world: World, item: Message) -> None:
    item.channel.messages[item.ts] = item
    events.message_posted(world, item)


def snapshot(world: World, item: Message) -> dict[str, Any]:
    """The message as it is now, for the event that says it was otherwise."""
    return messages.message(item, world.store.app, world.links)


def bot_edits(world: World, item: Message, draft: Draft) -> None:
    """`chat.update`: without blocks a new text takes the old blocks away, and only then shows "(edited)".

    docs.slack.dev/reference/methods/chat.update
    """
    before, item.earlier_blocks = snapshot(world, item), item.blocks
    if draft.blocks is not None:
        item.blocks = draft.blocks
        item.text = draft.text if draft.text is not None else fallback(draft.blocks)
    elif draft.text is not None:
        item.text, item.blocks = draft.text, []
        item.edited_by, item.edited_ts = world.store.app.bot.id, world.store.clock.ts()
    if draft.attachments is not None:
        item.attachments = draft.attachments
    if draft.metadata is not None:
        item.metadata = draft.metadata or None
    if not item.is_ephemeral:
        events.message_changed(world, item, before)


def person_edits(world: World, item: Message, typed: str) -> None:
    """An edit; one that adds the mention sends `app_mention` too."""
    before, had = snapshot(world, item), events.mentions_app(world, item.text)
    typing = Typing(world.store)
    item.text, item.blocks = typing.text(typed), [typing.block(typed)]
    item.edited_by = item.user.id if item.user else None
    item.edited_ts = f"{int(world.store.clock.now())}.000000"
    events.message_changed(world, item, before)
    if events.mentions_app(world, item.text) and not had and item.channel.kind != "im":
        events.app_mentioned(world, item)


def delete(world: World, item: Message) -> None:
    """Take a message away; a parent with replies leaves a tombstone.

    docs.slack.dev/reference/events/message#hidden_subtypes
    """
    channel, before = item.channel, snapshot(world, item)
    channel.deleted[item.ts] = item
    if item.is_ephemeral:
        channel.ephemerals.remove(item)
        return
    if messages.thread_facts(item):
        stone = Message(channel, item.ts, item.user, TOMBSTONE, subtype="tombstone", thread_ts=item.thread_ts)
        channel.messages[item.ts] = stone
        events.message_changed(world, stone, before)
        return
    del channel.messages[item.ts]
    events.message_deleted(world, channel, before)


def react(world: World, item: Message, user: User, name: str) -> bool:
    """Add an emoji; False when it was there already."""
    users = item.reactions.setdefault(name, [])
    if user.id in users:
        return False
    users.append(user.id)
    events.reacted(world, item, user.id, name, "reaction_added")
    return True


def unreact(world: World, item: Message, user: User, name: str) -> bool:
    """Take an emoji back; False when it was not there."""
    if user.id not in item.reactions.get(name, []):
        return False
    item.reactions[name].remove(user.id)
    events.reacted(world, item, user.id, name, "reaction_removed")
    return True
