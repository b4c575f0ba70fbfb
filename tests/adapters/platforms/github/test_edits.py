"""Edits and deletions: whose words an edited text is, and who did it."""

from typing import Any

import pytest

from models.delivery import Disposition
from tests.adapters.platforms.github.test_normalize import AUTHOR, OTHER, become, ignored, read


def test_an_edit_by_its_author_tells_the_text_before() -> None:
    edit = become(action="edited", changes={"body": {"from": "before"}})
    message = read("issue_comment", "issue_comment_addressed", edit)
    assert (message.is_created, message.previous_text) == (False, "before")


@pytest.mark.parametrize("changes", [{}, {"title": {"from": "before"}}, None])
def test_an_edit_of_something_else_left_the_text_as_it_was(changes: dict[str, Any] | None) -> None:
    message = read("issues", "issues_opened", become(action="edited", changes=changes))
    assert message.previous_text == message.text


def test_an_empty_text_before_is_known_to_have_been_empty() -> None:
    edit = become(action="edited", changes={"body": {"from": None}})
    assert read("issue_comment", "issue_comment_addressed", edit).previous_text == ""


@pytest.mark.parametrize("sender", [{"login": "fatimas17", "id": OTHER, "type": "User"}, None])
def test_nobody_gives_orders_by_editing_anothers_words(sender: dict[str, Any] | None) -> None:
    edit = become(action="edited", changes={"body": {"from": ""}}, sender=sender)
    assert ignored("issue_comment", "issue_comment_addressed", edit) is Disposition.IGNORED_EDITED


def test_a_renamed_author_is_still_the_author() -> None:
    sender = {"login": "renamed", "id": AUTHOR, "type": "User"}
    edit = become(action="edited", changes={"body": {"from": ""}}, sender=sender)
    assert not read("issue_comment", "issue_comment_addressed", edit).is_created


def test_of_a_deletion_the_actor_is_who_deleted() -> None:
    deleted = become(action="deleted", sender={"login": "fatimas17", "id": OTHER, "type": "User"})
    message = read("issue_comment", "issue_comment_addressed", deleted)
    assert message.is_deleted
    assert not message.is_created
    assert message.actor is not None
    assert message.actor.id == str(OTHER)
    assert message.comment_id == "70001"
