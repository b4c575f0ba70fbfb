"""Messages and the places they belong to."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from models.message import Actor, IncomingMessage, Message, MessageKind, Reply, Thread
from models.source import SourceType

PLACE = Thread(source=SourceType.GITHUB, repository="acme/shop", number=42)


def heard(**changes: Any) -> IncomingMessage:
    given = {
        "source": SourceType.GITHUB,
        "message": "hello",
        "kind": MessageKind.COMMENT,
        "event": "issue_comment.created",
        "actor": Actor(id="1", login="ana"),
        "thread": PLACE,
        "comment_id": "77",
    }
    return IncomingMessage.model_validate(given | changes)


def test_sources_are_the_seven_of_the_document() -> None:
    assert {source.name: source.value for source in SourceType} == {
        "GITHUB": "github",
        "GITLAB": "gitlab",
        "OPENHANDS": "openhands",
        "SLACK": "slack",
        "JIRA": "jira",
        "JIRA_DC": "jira_dc",
        "LINEAR": "linear",
    }


def test_a_message_is_text_or_structure_and_stays_when_nothing_is_said() -> None:
    assert Message(source=SourceType.GITHUB, message="done").ephemeral is False
    assert Message(source=SourceType.SLACK, message={"blocks": []}, ephemeral=True).message == {"blocks": []}


def test_a_message_of_no_known_source_is_none() -> None:
    with pytest.raises(ValidationError, match="source"):
        Message.model_validate({"source": "usenet", "message": "x"})


def test_what_comes_in_and_what_goes_out_are_messages() -> None:
    assert isinstance(heard(), Message)
    assert isinstance(Reply(source=SourceType.GITHUB, message="x", thread=PLACE, marker="m"), Message)


def test_structured_content_is_no_text() -> None:
    assert heard().text == "hello"
    assert heard(message={"blocks": []}).text == ""


def test_a_place_is_one_key_whatever_inline_thread_or_kind_it_is_met_by() -> None:
    inline = PLACE.model_copy(update={"inline_root": "5", "kind": "pull_request", "workspace": "acme"})
    assert inline.key == PLACE.key == "github:default:acme/shop#42"


@pytest.mark.parametrize(
    "other",
    [{"number": 43}, {"repository": "acme/api"}, {"integration": "corp"}, {"source": SourceType.GITLAB}],
)
def test_another_place_is_another_key(other: dict[str, Any]) -> None:
    assert PLACE.model_copy(update=other).key != PLACE.key


def test_a_place_is_named_as_people_write_it() -> None:
    assert PLACE.name == "acme/shop#42"
    assert PLACE.model_copy(update={"number": None}).name == "acme/shop"


def test_two_events_of_one_comment_share_a_key_and_two_comments_do_not() -> None:
    assert heard(event="issue_comment.edited", message="x").semantic_key == heard().semantic_key
    assert heard(comment_id="78").semantic_key != heard().semantic_key
    assert heard(kind=MessageKind.REVIEW).semantic_key != heard().semantic_key
