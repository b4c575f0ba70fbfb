"""What is read of Slack's events: who, where, what, and whether it is new."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.platforms.slack.facts import Own
from adapters.platforms.slack.normalize import normalize
from bot import grammar
from bot.commands import VOCABULARY
from bot.errors import PayloadError
from bot.platform import Ignored
from models.command import Names
from models.delivery import Disposition
from models.message import IncomingMessage, MessageKind, ThreadKind
from tests.adapters.platforms.slack.deliveries import delivery, event, payload

NAMES = Names(mention=frozenset({"bellhop"}), slash="bellhop")
ADA = "U0ADA000001"
KEY = "slack:default:T0ACME00001/C0BACKEND01#1790000000.000100"


def read(body: dict[str, Any], own: Own | None = None) -> IncomingMessage:
    found = normalize(delivery(body), own or Own())
    assert isinstance(found, IncomingMessage), found
    return found


def ignored(body: dict[str, Any], own: Own | None = None) -> Ignored:
    found = normalize(delivery(body), own or Own())
    assert isinstance(found, Ignored), found
    return found


def commands(message: IncomingMessage) -> list[str]:
    return [each.line for each in grammar.parse(message, NAMES, VOCABULARY).commands]


def test_a_message_is_read_with_its_author_its_place_and_its_moment() -> None:
    found = read(payload("message"))
    assert (found.kind, found.event) == (MessageKind.COMMENT, "message.channel")
    assert found.actor is not None
    assert (found.actor.id, found.actor.is_bot) == (ADA, False)
    assert (found.thread.key, found.comment_id) == (KEY, "1790000000.000100")
    assert (found.text, found.is_created, found.is_direct) == ("nobody in particular", True, False)
    assert found.occurred_at == datetime(2026, 9, 21, 14, 13, 20, 100, tzinfo=UTC)
    assert not found.is_stranger


def test_a_mention_and_its_twin_are_one_saying() -> None:
    mention, message = read(payload("app_mention")), read(payload("message_mention"))
    assert mention.semantic_key == message.semantic_key
    assert mention.thread.key == message.thread.key == KEY
    assert mention.text == message.text == "@bellhop fix the flaky login test"
    assert commands(mention) == commands(message) == ["@bellhop fix the flaky login test"]


@pytest.mark.parametrize("name", ["butler", "Bell-Hop"])
def test_the_mention_is_called_by_the_configured_name(name: str) -> None:
    assert read(payload("app_mention"), Own(name=name)).text == f"@{name} fix the flaky login test"


def test_the_id_decides_who_is_mentioned() -> None:
    """Somebody who took our name, and our name typed as text, do not address us."""
    for text in (
        "<@U0EVIL00001|bellhop> help",
        "@bellhop help",
        "@Bellhop help",
        "<!subteam^S1|@bellhop> help",
    ):
        assert commands(read(event(text=text, blocks=None))) == []
    assert commands(read(event(text="<@U0BELLHOP01|somebody> help", blocks=None))) == ["@bellhop help"]


def test_without_an_authorization_the_known_id_decides_and_else_the_first_mention() -> None:
    body = payload("app_mention", lambda made: made.pop("authorizations"))
    body["event"] |= {"text": "<@U0BELLHOP01> ask <@U0ADA000001>", "blocks": None}
    assert read(body, Own(user_id="U0BELLHOP01")).text == "@bellhop ask @U0ADA000001"
    assert read(body).text == "@bellhop ask @U0ADA000001"


def test_an_authorization_of_a_person_is_not_the_bots() -> None:
    body = payload("message", lambda made: made["authorizations"][0].update(user_id=ADA, is_bot=False))
    assert read(body).actor is not None


@pytest.mark.parametrize(("type_", "is_direct", "is_private"), [
    ("channel", False, False), ("group", False, True), ("mpim", False, True), ("im", True, True),
    ("app_home", True, True),
])  # fmt: skip
def test_places_know_who_can_read_them(type_: str, is_direct: bool, is_private: bool) -> None:
    found = read(event(channel_type=type_))
    assert (found.thread.kind is ThreadKind.DIRECT) is found.is_direct is is_direct
    assert found.thread.is_private is is_private


def test_a_channel_of_unknown_type_counts_as_private() -> None:
    assert read(payload("app_mention")).thread.is_private


def test_an_answer_in_a_thread_belongs_to_it() -> None:
    found = read(event(thread_ts="1789999999.000001"))
    assert (found.thread.root, found.comment_id) == ("1789999999.000001", "1790000000.000100")


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_messages_with_something_more_are_messages(subtype: str) -> None:
    assert read(event(subtype=subtype)).is_created


@pytest.mark.parametrize(
    "subtype", ["channel_join", "channel_topic", "message_replied", "reminder_add", "new_one"]
)
def test_slacks_own_notices_are_none(subtype: str) -> None:
    assert ignored(event(subtype=subtype)).disposition is Disposition.IGNORED_EVENT


def test_files_come_with_their_message() -> None:
    [file] = read(payload("message_file")).files
    assert (file.id, file.name, file.media_type, file.size_bytes) == (
        "F0LOG000001",
        "error.log",
        "text/plain",
        2048,
    )
    assert file.url.endswith("/download/error.log")


@pytest.mark.parametrize("file", [{"id": "F1", "mode": "tombstone"}, {"id": None}, {}])
def test_files_that_are_gone_are_none(file: dict[str, Any]) -> None:
    assert read(event(subtype="file_share", files=[file])).files == ()


def test_an_edit_tells_what_was_said_before() -> None:
    found = read(payload("message_changed"))
    assert (found.is_created, found.previous_text) == (False, "nobody in particular")
    assert found.text == "@bellhop fix the flaky login test"
    assert found.semantic_key == read(payload("app_mention")).semantic_key
    assert grammar.added(found.previous_text, found.text, NAMES, VOCABULARY)


def test_an_edited_mention_alone_does_not_tell_what_was_before() -> None:
    found = read(payload("app_mention", lambda made: made["event"].update(edited={"user": ADA, "ts": "1"})))
    assert (found.is_created, found.previous_text) == (False, None)


def test_a_message_told_only_after_its_edit_is_new() -> None:
    """Edits have an event of their own; this one is its first."""
    assert read(event(edited={"user": ADA, "ts": "1"})).is_created


def test_an_edit_by_somebody_else_counts_for_nothing() -> None:
    body = payload(
        "message_changed", lambda made: made["event"]["message"]["edited"].update(user="U0EVE000001")
    )
    assert ignored(body).disposition is Disposition.IGNORED_EDITED


def test_a_preview_that_slack_adds_is_an_edit_without_another_text() -> None:
    body = payload("message_changed", lambda made: made["event"]["message"].pop("edited"))
    body["event"]["previous_message"] = body["event"]["message"]
    found = read(body)
    assert found.previous_text == found.text


def test_a_deletion_takes_back_what_was_said() -> None:
    found = read(payload("message_deleted"))
    assert (found.is_deleted, found.is_created) == (True, False)
    assert found.semantic_key == read(payload("app_mention")).semantic_key


def test_a_deleted_first_message_of_a_thread_leaves_a_tombstone() -> None:
    body = payload("message_changed")
    body["event"]["previous_message"] = body["event"]["message"]
    body["event"]["message"] = {
        "type": "message",
        "subtype": "tombstone",
        "user": "USLACKBOT",
        "ts": "1790000000.000100",
    }
    found = read(body)
    assert found.is_deleted
    assert found.actor is not None
    assert found.actor.id == ADA


@pytest.mark.parametrize(
    "given",
    [
        {"user": "U0BELLHOP01"},
        {"user": "U0BELLHOP01", "bot_id": "B0BELLHOP01"},
        {"user": None, "bot_id": "B0BELLHOP01", "subtype": "bot_message"},
        {"user": None, "bot_id": "B0OTHER00001", "app_id": "A0BELLHOP01", "subtype": "bot_message"},
        {"bot_id": "B0OTHER00001", "bot_profile": {"app_id": "A0BELLHOP01"}},
    ],
)
def test_our_own_words_are_known_as_ours(given: dict[str, Any]) -> None:
    found = ignored(event(text="<@U0BELLHOP01> help", **given), Own(bot_id="B0BELLHOP01"))
    assert found.disposition is Disposition.IGNORED_SELF


def test_our_own_edits_and_deletions_are_known_as_ours() -> None:
    for name, part in (("message_changed", "message"), ("message_deleted", "previous_message")):
        body = payload(name)
        body["event"][part] |= {"user": "U0BELLHOP01", "bot_id": "B0BELLHOP01", "edited": None}
        assert ignored(body).disposition is Disposition.IGNORED_SELF


@pytest.mark.parametrize(
    "given",
    [
        {"bot_id": "B0OTHER00001"},
        {"user": None, "bot_id": "B1", "subtype": "bot_message"},
        {"user": "USLACKBOT"},
    ],
)
def test_other_programs_are_known_as_programs(given: dict[str, Any]) -> None:
    actor = read(event(**given)).actor
    assert actor is not None
    assert actor.is_bot


def test_a_message_of_nobody_has_nobody_to_act_for() -> None:
    assert ignored(event(user=None)).disposition is Disposition.IGNORED_NO_ACTOR


def test_a_stranger_in_a_shared_channel_is_known_as_one() -> None:
    def from_elsewhere(made: dict[str, Any]) -> None:
        made["event"] |= {"team": "T0OTHER00001", "user_team": "T0OTHER00001"}

    shared = payload("message", from_elsewhere, lambda made: made.update(is_ext_shared_channel=True))
    assert read(shared).is_stranger
    assert not read(payload("message", lambda made: made.update(is_ext_shared_channel=True))).is_stranger
    assert not read(shared, Own(enterprise_id="T0OTHER00001")).is_stranger
    assert not read(payload("message", from_elsewhere)).is_stranger


def test_in_a_shared_channel_the_workspace_is_the_one_we_are_installed_in() -> None:
    assert read(payload("message", lambda made: made.update(team_id="T0OTHER00001"))).thread.key == KEY


def test_an_organization_wide_installation_names_the_workspace_of_the_event() -> None:
    def org_wide(made: dict[str, Any]) -> None:
        made["authorizations"][0] |= {"team_id": None, "enterprise_id": "E1", "is_enterprise_install": True}
        made["context_team_id"] = None
        made["event"]["user"] = "W0ADA000001"

    found = read(payload("message", org_wide))
    assert found.thread.workspace == "T0ACME00001"
    assert found.actor is not None
    assert found.actor.id == "W0ADA000001"
    assert read(payload("message", org_wide, lambda made: made.update(team_id=None))).thread.workspace == "E1"


def test_opening_the_page_is_an_event_of_that_person() -> None:
    found = read(payload("app_home_opened"))
    assert (found.kind, found.fields["tab"], found.text) == (MessageKind.EVENT, "home", "")
    assert found.actor is not None
    assert found.actor.id == ADA
    assert found.thread.kind is ThreadKind.DIRECT


@pytest.mark.parametrize("name", ["app_uninstalled", "tokens_revoked"])
def test_notices_to_the_app_are_kept_with_what_they_mean(name: str) -> None:
    body = payload("app_uninstalled", lambda made: made["event"].update(type=name))
    found = ignored(body)
    assert found.disposition is Disposition.IGNORED_EVENT
    assert "install it again" in found.detail


def test_events_held_back_are_told() -> None:
    assert "30,000" in ignored({"type": "app_rate_limited", "minute_rate_limited": 1}).detail


@pytest.mark.parametrize("given", [{"channel": "C 1"}, {"ts": "a b"}])
def test_ids_that_nobody_has_seen_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(PayloadError, match="reading message"):
        normalize(delivery(event(**given)), Own())
