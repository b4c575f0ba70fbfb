"""Who comes into a conversation and who goes."""

from __future__ import annotations

from playground.slack import events
from playground.slack.actions import messages
from playground.slack.records import Channel, User
from playground.slack.world import World


def join(world: World, channel: Channel, user: User, inviter: User | None = None) -> None:
    """Come in; the app hears of it when its bot is inside, also of the bot's own coming."""
    if user.id in channel.members:
        return
    channel.members.append(user.id)
    messages.announce_member(world, channel, user, inviter)
    events.member_moved(world, channel, user.id, "member_joined_channel", inviter.id if inviter else None)


def leave(world: World, channel: Channel, user: User) -> None:
    """Go, or be removed. A bot that is removed gets `channel_left` instead: it sees no more of the channel.

    docs.slack.dev/reference/events/channel_left
    """
    if user.id not in channel.members:
        return
    if user is world.store.app.bot:
        word = "channel_left" if channel.kind == "public" else "group_left"
        events.publish(world, {"type": word, "channel": channel.id}, channel)
    channel.members.remove(user.id)
    events.member_moved(world, channel, user.id, "member_left_channel", None)
