"""What is read of commands, clicks, choices, shortcuts and dialogs."""

import json
from typing import Any

import pytest

from adapters.platforms.slack.facts import Own
from bot.errors import PayloadError
from models.delivery import Disposition
from models.message import MessageKind, Thread, ThreadKind
from models.source import SourceType
from tests.adapters.platforms.slack.deliveries import delivery, payload
from tests.adapters.platforms.slack.test_normalize import ADA, commands, ignored, normalize, read

HOOK = "https://hooks.slack.com/actions/T0ACME00001/1/abc"


def test_a_command_is_read_with_where_it_may_be_answered() -> None:
    found = read(payload("slash_command"))
    assert (found.kind, found.text) == (MessageKind.SLASH, "/bellhop fix the flaky login test")
    assert (found.thread.key, found.thread.channel_name) == (
        "slack:default:T0ACME00001/C0BACKEND01#",
        "backend",
    )
    assert (found.comment_id, found.trigger_id) == ("1.2.slash", "1.2.slash")
    assert found.answer_url.startswith("https://hooks.slack.com/")
    assert found.actor is not None
    assert (found.actor.id, found.actor.login) == (ADA, "ada")


@pytest.mark.parametrize("command", ["/bellhop", "/bellhop-staging", "/butler"])
def test_a_command_is_ours_whatever_the_workspace_calls_it(command: str) -> None:
    assert commands(
        read(payload("slash_command", lambda made: made.update(command=command, text="help")))
    ) == ["/bellhop help"]


@pytest.mark.parametrize(("name", "kind", "is_private"), [
    ("directmessage", ThreadKind.DIRECT, True), ("privategroup", ThreadKind.CHANNEL, True),
    ("mpdm-ada--bo--cy-1", ThreadKind.CHANNEL, True), ("backend", ThreadKind.CHANNEL, False),
])  # fmt: skip
def test_a_command_knows_its_place_by_its_name(name: str, kind: ThreadKind, is_private: bool) -> None:
    thread = read(payload("slash_command", lambda made: made.update(channel_name=name))).thread
    assert (thread.kind, thread.is_private) == (kind, is_private)


def test_a_command_with_marked_people_and_links_is_read() -> None:
    text = "ask <@U0EVE000001|eve> &amp; see <https://example.com/a|a page>"
    found = read(payload("slash_command", lambda made: made.update(text=text)))
    assert found.text == "/bellhop ask @eve & see [a page](https://example.com/a)"


@pytest.mark.parametrize("missing", ["user_id", "channel_id"])
def test_a_command_of_nobody_or_nowhere_is_refused(missing: str) -> None:
    with pytest.raises(PayloadError, match=missing):
        normalize(delivery(payload("slash_command", lambda made: made.pop(missing))), Own())


def test_a_button_is_the_command_it_stands_for() -> None:
    found = read(payload("block_actions"))
    assert (found.kind, found.text) == (MessageKind.ACTION, "/bellhop cancel J-7K3Q")
    assert (found.subject_id, found.comment_id) == ("1790000001.000200", "1.2.click")
    assert found.thread.root == "1790000000.000100"
    assert found.thread.workspace == "T0ACME00001"
    assert (found.answer_url, found.trigger_id) == (HOOK, "1.2.click")
    assert commands(found) == ["/bellhop cancel J-7K3Q"]


def test_two_clicks_are_two_sayings_and_one_click_told_twice_is_one() -> None:
    first, again = read(payload("block_actions")), read(payload("block_actions"))
    other = read(payload("block_actions", lambda made: made.update(trigger_id="1.2.other")))
    assert first.semantic_key == again.semantic_key != other.semantic_key


def test_a_click_in_what_one_person_sees_begins_no_thread() -> None:
    container = {
        "type": "message",
        "message_ts": "1790000001.000200",
        "channel_id": "C0BACKEND01",
        "is_ephemeral": True,
    }
    found = read(payload("block_actions", lambda made: made.update(container=container, message=None)))
    assert (found.thread.root, found.subject_id) == ("", "1790000001.000200")


def test_a_click_on_the_page_belongs_to_the_conversation_with_the_person() -> None:
    gone = dict.fromkeys(("channel", "message", "response_url"))
    found = read(payload("block_actions", lambda made: made.update(container={"type": "view"}, **gone)))
    assert (found.thread.channel, found.thread.kind) == (ADA, ThreadKind.DIRECT)
    assert found.answer_url == ""


def test_an_answer_of_a_picker_says_which_was_chosen() -> None:
    def choose(made: dict[str, Any]) -> None:
        option = {"text": {"type": "plain_text", "text": "acme/shop"}, "value": "acme/shop"}
        made["actions"] = [
            {
                "type": "external_select",
                "action_id": "choice",
                "block_id": "bellhop:pick:17",
                "selected_option": option,
            }
        ]
        ticked = {"type": "checkboxes", "selected_options": [{"value": "yes"}]}
        made["state"] = {
            "values": {"bellhop:tick:17": {"remember": ticked}, "bellhop:pick:17": {"choice": {}}}
        }

    found = read(payload("block_actions", choose))
    assert (found.kind, found.text) == (MessageKind.ACTION, "")
    assert found.fields | {"picker": "17", "choice": "acme/shop", "remember": "yes"} == found.fields


def test_a_tick_alone_chooses_nothing() -> None:
    def tick(made: dict[str, Any]) -> None:
        made["actions"] = [
            {
                "type": "checkboxes",
                "action_id": "remember",
                "block_id": "bellhop:tick:17",
                "selected_options": [{"value": "yes"}],
            }
        ]

    found = read(payload("block_actions", tick))
    assert found.text == ""
    assert "choice" not in found.fields


@pytest.mark.parametrize(
    "action",
    [
        {"type": "static_select", "action_id": "a", "selected_option": {"value": "@bellhop undo J-7K3Q"}},
        {"type": "plain_text_input", "action_id": "a", "value": "/bellhop undo J-7K3Q"},
        {"type": "button", "action_id": "a", "block_id": "bellhop:pick:1", "value": "/bellhop undo J-7K3Q"},
    ],
)
def test_only_a_button_is_a_command(action: dict[str, Any]) -> None:
    assert read(payload("block_actions", lambda made: made.update(actions=[action]))).text == ""


@pytest.mark.parametrize("given", [{"actions": []}, {"actions": None}, {"user": None}])
def test_a_click_on_nothing_or_by_nobody_is_none(given: dict[str, Any]) -> None:
    assert (
        ignored(payload("block_actions", lambda made: made.update(given))).disposition
        is Disposition.IGNORED_EVENT
    )


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        (HOOK, True),
        ("https://hooks.slack-gov.com/actions/1", True),
        ("http://hooks.slack.com/actions/1", False),
        ("https://hooks.slack.com.evil.example/", False),
        ("https://hooks.slack.com:8443/", False),
        ("https://x@hooks.slack.com/", False),
        ("https://evil.example/hooks.slack.com", False),
        ("https://[::1", False),
        ("http://127.0.0.1:9/response/1", True),
        ("http://127.0.0.1:10/response/1", False),
        ("", False),
    ],
)
def test_answers_go_to_slack_and_nowhere_else(url: str, is_taken: bool) -> None:
    own = Own(api_origin="http://127.0.0.1:9")
    found = read(payload("block_actions", lambda made: made.update(response_url=url)), own)
    assert found.answer_url == (url if is_taken else "")


def test_a_stranger_who_clicks_is_known_as_one() -> None:
    def elsewhere(made: dict[str, Any]) -> None:
        made["team"] = {"id": "T0OTHER00001"}
        made["user"] |= {"team_id": "T0OTHER00001"}

    found = read(payload("block_actions", elsewhere))
    assert found.is_stranger
    assert found.thread.workspace == "T0ACME00001"
    assert not read(payload("block_actions")).is_stranger


def test_people_of_another_workspace_of_the_organization_are_no_strangers() -> None:
    def elsewhere(made: dict[str, Any]) -> None:
        made["user"] |= {"team_id": "T0OTHER00001"}
        made["enterprise"] = {"id": "E1"}

    assert not read(
        payload("block_actions", elsewhere), Own(team_id="T0ACME00001", enterprise_id="E1")
    ).is_stranger
    assert read(payload("block_actions", elsewhere), Own(team_id="T0ACME00001")).is_stranger


def test_a_shortcut_on_a_message_says_nothing_in_its_authors_name() -> None:
    """The message may be another's, and full of commands: whoever clicks has not said them."""
    found = read(payload("message_action"), Own(user_id="U0BELLHOP01"))
    assert (found.kind, found.text) == (MessageKind.ACTION, "")
    assert found.description == "@bellhop undo J-7K3Q"
    assert (found.fields["callback"], found.fields["author"]) == ("fix-this", "U0EVE000001")
    assert (found.thread.root, found.subject_id) == ("1790000000.000100", "1790000000.000100")


def test_a_shortcut_from_anywhere_belongs_to_the_conversation_with_the_person() -> None:
    found = read(payload("shortcut"))
    assert (found.thread.channel, found.thread.kind, found.is_direct) == (ADA, ThreadKind.DIRECT, True)
    assert (found.fields, found.trigger_id) == ({"callback": "ask"}, "1.2.short")


def test_a_dialog_comes_back_with_its_text_and_its_thread() -> None:
    thread = Thread(
        source=SourceType.SLACK, workspace="T1", kind=ThreadKind.CHANNEL, channel="C1", root="1.2"
    )
    metadata = json.dumps({"id": "17", "thread": thread.model_dump(mode="json")})
    found = read(payload("view_submission", lambda made: made["view"].update(private_metadata=metadata)))
    assert (found.kind, found.thread) == (MessageKind.FORM, thread)
    assert (found.fields["dialog"], found.fields["text"]) == ("17", "the login test is flaky")


@pytest.mark.parametrize(
    "metadata", ["", "{", "[]", "{}", '{"id":"1","thread":{"source":"mars"}}', '{"id":"1","x":1}']
)
def test_a_dialog_that_is_not_ours_is_none(metadata: str) -> None:
    body = payload("view_submission", lambda made: made["view"].update(private_metadata=metadata))
    assert ignored(body).disposition is Disposition.IGNORED_EVENT


def test_closing_a_dialog_of_ours_is_an_event() -> None:
    assert (
        read(payload("view_submission", lambda made: made.update(type="view_closed"))).kind
        is MessageKind.EVENT
    )


def test_a_choice_being_typed_is_never_kept() -> None:
    assert ignored(payload("block_suggestion")).disposition is Disposition.IGNORED_HANDSHAKE


@pytest.mark.parametrize("event", ["slash_command", "block_actions"])
def test_what_does_not_say_who_reads_its_place_may_be_read_by_others(event: str) -> None:
    assert read(payload(event)).thread.is_external


def test_alone_with_the_bot_nobody_else_reads() -> None:
    alone = payload(
        "slash_command", lambda made: made.update(channel_id="D0ADA", channel_name="directmessage")
    )
    assert not read(alone).thread.is_external
