"""The parts of Slack's bodies that Bellhop reads, as types. Everything else is checked for syntax and skipped.

https://docs.slack.dev/apis/events-api#callback-field (the envelope of events)
https://docs.slack.dev/reference/interaction-payloads
Every field may be absent, null or empty: org-wide installs name no team, buttons in a view no channel, robots no user.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Struct(msgspec.Struct, frozen=True):
    """A part of a body."""


class Named(Struct, frozen=True):
    """A team, enterprise, channel or user, by its id."""

    id: str | None = None
    name: str | None = None
    username: str | None = None
    team_id: str | None = None
    enterprise_id: str | None = None


class Authorization(Struct, frozen=True):
    """On whose behalf the app sees an event: the bot user of an installation, or the person who installed it."""

    enterprise_id: str | None = None
    team_id: str | None = None
    user_id: str | None = None
    is_bot: bool | None = None


class File(Struct, frozen=True):
    """A file of a message; deleted and restricted ones have little more than an id."""

    id: str | None = None
    name: str | None = None
    title: str | None = None
    mimetype: str | None = None
    size: int | None = None
    url_private: str | None = None
    url_private_download: str | None = None
    file_access: str | None = None


class Edited(Struct, frozen=True):
    """Who edited a message."""

    user: str | None = None


class BotProfile(Struct, frozen=True):
    """Which app a bot belongs to."""

    app_id: str | None = None
    name: str | None = None


class Saying(Struct, frozen=True):
    """A message, as an event or within one."""

    type: str | None = None
    subtype: str | None = None
    user: str | None = None
    username: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    bot_profile: BotProfile | None = None
    team: str | None = None
    user_team: str | None = None
    source_team: str | None = None
    text: str | None = None
    blocks: list[Any] | None = None
    attachments: Any = None
    files: list[File] | None = None
    ts: str | None = None
    thread_ts: str | None = None
    edited: Edited | None = None


class Event(Saying, frozen=True):
    """What happened: a message, or something around messages."""

    channel: str | None = None
    channel_type: str | None = None
    message: Saying | None = None
    previous_message: Saying | None = None
    deleted_ts: str | None = None
    tab: str | None = None
    event_ts: str | None = None


class Option(Struct, frozen=True):
    """One of several things to choose."""

    value: str | None = None


class Element(Struct, frozen=True):
    """A clicked button or a made choice; in a view's state, what was filled in."""

    type: str | None = None
    action_id: str | None = None
    block_id: str | None = None
    value: str | None = None
    selected_option: Option | None = None
    selected_options: list[Option] | None = None
    action_ts: str | None = None


class State(Struct, frozen=True):
    """What was filled in, by block and action."""

    values: dict[str, dict[str, Any]] | None = None


class Container(Struct, frozen=True):
    """What a clicked element stands in."""

    type: str | None = None
    message_ts: str | None = None
    thread_ts: str | None = None
    channel_id: str | None = None
    is_ephemeral: bool | None = None


class View(Struct, frozen=True):
    """A dialog or a person's page."""

    id: str | None = None
    type: str | None = None
    callback_id: str | None = None
    private_metadata: str | None = None
    app_installed_team_id: str | None = None
    state: State | None = None


class EventHead(Struct, frozen=True):
    """Of an event that Bellhop has no use for, all it reads."""

    type: str | None = None
    subtype: str | None = None


class Head(Struct, frozen=True):
    """Of any body, all that is read of one that Bellhop has no use for."""

    type: str | None = None
    event_id: str | None = None
    trigger_id: str | None = None
    challenge: str | None = None
    callback_id: str | None = None
    event: EventHead | None = None


class EventBody(Struct, frozen=True):
    """The body of an event that Bellhop reads."""

    team_id: str | None = None
    enterprise_id: str | None = None
    context_team_id: str | None = None
    context_enterprise_id: str | None = None
    api_app_id: str | None = None
    event_id: str | None = None
    authorizations: list[Authorization] | None = None
    is_ext_shared_channel: bool | None = None
    event: Event = msgspec.field(default_factory=Event)


class Interaction(Struct, frozen=True):
    """The body of a click, choice, shortcut or dialog."""

    type: str | None = None
    api_app_id: str | None = None
    user: Named | None = None
    team: Named | None = None
    enterprise: Named | None = None
    channel: Named | None = None
    container: Container | None = None
    message: Saying | None = None
    message_ts: str | None = None
    actions: list[Element] | None = None
    state: State | None = None
    view: View | None = None
    callback_id: str | None = None
    trigger_id: str | None = None
    response_url: str | None = None
    action_ts: str | None = None
    action_id: str | None = None
    block_id: str | None = None
    value: str | None = None
