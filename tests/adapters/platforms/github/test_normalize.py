"""From GitHub's payloads to messages: who said what, where, and whether it is new."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.platforms.github.normalize import READERS, normalize
from bot.errors import PayloadError
from bot.platform import Ignored
from models.delivery import Disposition
from models.message import IncomingMessage, MessageKind, ThreadKind
from tests.adapters.platforms.github.deliveries import Change, delivery, payload

AUTHOR, OTHER = 2264262, 2264264


def read(event: str, name: str, *changes: Change, integration: str = "default") -> IncomingMessage:
    """The message of a fixture."""
    found = normalize(delivery(event, payload(name, *changes), integration))
    assert isinstance(found, IncomingMessage), found
    return found


def ignored(event: str, name: str, *changes: Change) -> Disposition:
    """Why a fixture holds none."""
    found = normalize(delivery(event, payload(name, *changes)))
    assert isinstance(found, Ignored), found
    assert found.detail
    return found.disposition


def become(**fields: Any) -> Change:
    """Replace top-level fields."""
    return lambda body: body.update(fields)


def test_a_comment_on_an_issue() -> None:
    message = read("issue_comment", "issue_comment_addressed", integration="second")
    assert message.kind is MessageKind.COMMENT
    assert message.event == "issue_comment.created"
    assert message.text == "@bellhop fix the leap year of 2000, please"
    assert message.actor is not None
    assert (message.actor.id, message.actor.login, message.actor.is_bot) == (str(AUTHOR), "bol80", False)
    assert message.thread.name == "initech-69/rota#1"
    assert message.thread.kind is ThreadKind.ISSUE
    assert (message.thread.integration, message.thread.workspace) == ("second", "initech-69")
    assert not message.thread.is_private
    assert message.thread.inline_root is None
    assert (message.comment_id, message.object_id) == ("70001", "IC_70001")
    assert message.url.endswith("#issuecomment-70001")
    assert (message.title, message.labels) == ("2000 was a leap year", ("bug",))
    assert message.description.startswith("`days(2000)` says 365.")
    assert message.occurred_at == datetime(2026, 11, 2, 9, 14, tzinfo=UTC)
    assert message.is_created
    assert not message.is_deleted


def test_a_comment_on_a_pull_request_arrives_as_one_on_an_issue() -> None:
    def on_pull(body: dict[str, Any]) -> None:
        body["issue"]["pull_request"] = {"url": "https://github.example/api/v3/repos/initech-69/rota/pulls/1"}

    message = read("issue_comment", "issue_comment_addressed", on_pull)
    assert message.thread.kind is ThreadKind.PULL_REQUEST
    assert message.head_sha == ""  # the payload does not tell


def test_a_private_repository_makes_a_private_thread() -> None:
    message = read(
        "issue_comment", "issue_comment_addressed", lambda body: body["repository"].update(private=True)
    )
    assert message.thread.is_private


def test_the_body_of_an_issue() -> None:
    message = read("issues", "issues_opened")
    assert message.kind is MessageKind.BODY
    assert message.text.endswith("@bellhop fix this")
    assert message.comment_id == "1"
    assert message.semantic_key.endswith("initech-69/rota:body:1")


def test_the_body_of_a_pull_request_from_a_fork() -> None:
    message = read("pull_request", "pull_request_opened")
    assert message.thread.kind is ThreadKind.PULL_REQUEST
    assert message.text == ""
    assert (message.head_ref, message.base_ref) == ("leap", "main")
    assert message.head_sha == "6dcb09b5b57875f334f61aebed695e2e4193db5e"
    assert message.is_fork


def test_a_branch_of_the_repository_itself_is_no_fork() -> None:
    def own(body: dict[str, Any]) -> None:
        body["pull_request"]["head"]["repo"] = body["repository"]

    assert not read("pull_request", "pull_request_opened", own).is_fork


def test_a_head_whose_repository_is_gone_was_a_fork() -> None:
    def gone(body: dict[str, Any]) -> None:
        body["pull_request"]["head"].update(repo=None, user=None)

    assert read("pull_request", "pull_request_opened", gone).is_fork


def test_a_review_with_words() -> None:
    message = read("pull_request_review", "pull_request_review_submitted")
    assert message.kind is MessageKind.REVIEW
    assert (message.comment_id, message.text) == ("55001", "@bellhop rebase this")
    assert message.occurred_at == datetime(2026, 11, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize("body", [None, ""])
def test_a_review_without_words_says_nothing(body: str | None) -> None:
    def silent(payload: dict[str, Any]) -> None:
        payload["review"]["body"] = body

    assert (
        ignored("pull_request_review", "pull_request_review_submitted", silent) is Disposition.IGNORED_EVENT
    )


def test_an_inline_answer_belongs_to_its_first_comment() -> None:
    message = read("pull_request_review_comment", "pull_request_review_comment_created")
    assert message.kind is MessageKind.INLINE
    assert (message.comment_id, message.thread.inline_root) == ("66002", "66001")
    assert message.anchor is not None
    assert (message.anchor.path, message.anchor.line, message.anchor.side) == ("rota/years.py", 6, "RIGHT")
    assert message.anchor.diff_hunk.startswith("@@ -3,5 +3,5 @@")
    assert message.is_fork


def test_the_first_inline_comment_is_its_own_root() -> None:
    def first(body: dict[str, Any]) -> None:
        del body["comment"]["in_reply_to_id"]

    message = read("pull_request_review_comment", "pull_request_review_comment_created", first)
    assert message.thread.inline_root == "66002"


@pytest.mark.parametrize("action", ["closed", "deleted", "transferred"])
def test_the_end_of_an_issue_is_an_event(action: str) -> None:
    sender = {"login": "fatimas17", "id": OTHER, "type": "User"}
    message = read("issues", "issues_opened", become(action=action, sender=sender))
    assert (message.kind, message.event) == (MessageKind.EVENT, f"issues.{action}")
    assert message.actor is not None
    assert message.actor.id == str(OTHER)
    assert message.text == ""
    assert not message.is_deleted


def test_an_issue_that_was_moved_here_is_no_new_request() -> None:
    """GitHub tells of a transferred issue in its new place as of one that was opened."""

    def moved(body: dict[str, Any]) -> None:
        body["issue"]["body"] = "@bellhop fix this"
        body["changes"] = {"old_issue": {"number": 7}, "old_repository": {"full_name": "initech-69/old"}}

    assert read("issues", "issues_opened", moved).is_moved
    assert not read("issues", "issues_opened", become(changes={"old_issue": None})).is_moved


def test_the_end_of_a_pull_request_is_an_event() -> None:
    message = read("pull_request", "pull_request_opened", become(action="closed"))
    assert (message.kind, message.event) == (MessageKind.EVENT, "pull_request.closed")


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["comment"]["user"].update(type="Bot"),
        lambda body: body["comment"]["user"].update(login="helper[bot]"),
        lambda body: body["comment"].update(performed_via_github_app={"id": 1, "slug": "helper"}),
    ],
)
def test_programs_are_known_as_such(change: Change) -> None:
    actor = read("issue_comment", "issue_comment_addressed", change).actor
    assert actor is not None
    assert actor.is_bot


@pytest.mark.parametrize(
    ("event", "name", "change"),
    [
        ("issue_comment", "issue_comment_addressed", lambda body: body["comment"].update(user=None)),
        ("issues", "issues_opened", lambda body: body["issue"].update(user=None)),
        ("issues", "issues_opened", become(action="closed", sender=None)),
        (
            "pull_request_review",
            "pull_request_review_submitted",
            lambda body: body["review"].update(user=None),
        ),
    ],
)
def test_a_deleted_account_gives_no_orders(event: str, name: str, change: Change) -> None:
    assert ignored(event, name, change) is Disposition.IGNORED_NO_ACTOR


def test_the_author_speaks_whoever_is_the_sender() -> None:
    actor = read("issue_comment", "issue_comment_addressed", become(sender=None)).actor
    assert actor is not None
    assert actor.id == str(AUTHOR)


def test_an_account_without_its_number_is_nobody_in_particular() -> None:
    actor = read(
        "issue_comment", "issue_comment_addressed", lambda body: body["comment"]["user"].pop("id")
    ).actor
    assert actor is not None
    assert (actor.id, actor.login) == ("", "bol80")


@pytest.mark.parametrize("login", ["bol80", None])
def test_a_repository_without_its_full_name_is_known_by_owner_and_name(login: str | None) -> None:
    def trimmed(body: dict[str, Any]) -> None:
        body["repository"] = {"name": "rota", "owner": {"login": login}}

    if login is None:
        assert ignored("issue_comment", "issue_comment_addressed", trimmed) is Disposition.IGNORED_EVENT
    else:
        assert read("issue_comment", "issue_comment_addressed", trimmed).thread.repository == "bol80/rota"


@pytest.mark.parametrize("name", ["../../user", "a/b/c", "a", "a/b?x=1", "a/ b", "a/..", "./b", ""])
def test_a_repository_of_another_form_is_none(name: str) -> None:
    def strange(body: dict[str, Any]) -> None:
        body["repository"].update(full_name=name, name=None)

    assert ignored("issue_comment", "issue_comment_addressed", strange) is Disposition.IGNORED_EVENT


@pytest.mark.parametrize(
    ("event", "change"),
    [
        ("issue_comment", lambda body: body.update(comment=None)),
        ("issue_comment", lambda body: body.pop("issue")),
        ("issue_comment", lambda body: body["issue"].update(number=None)),
        ("issue_comment", lambda body: body["comment"].pop("id")),
    ],
)
def test_a_shape_nobody_has_seen_is_an_error(event: str, change: Change) -> None:
    with pytest.raises(PayloadError, match="is missing"):
        normalize(delivery(event, payload("issue_comment_addressed", change)))


def test_a_ping_is_a_handshake() -> None:
    assert ignored("ping", "ping") is Disposition.IGNORED_HANDSHAKE


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("issues", "labeled"),
        ("issues", "reopened"),
        ("pull_request", "synchronize"),
        ("pull_request_review", "dismissed"),
        ("pull_request_review_thread", "resolved"),
        ("push", None),
        ("a_future_event", "happened"),
    ],
)
def test_other_events_are_ignored_by_name(event: str, action: str | None) -> None:
    found = normalize(delivery(event, {"action": action}))
    assert isinstance(found, Ignored)
    assert found.disposition is Disposition.IGNORED_EVENT
    assert event in found.detail
    assert (action or "") in found.detail


@pytest.mark.parametrize("event", sorted(READERS))
def test_every_reader_survives_a_body_of_nulls(event: str) -> None:
    """Fields may be missing wherever GitHub leaves them out; then it is an error of ours or ignored, never a crash."""
    name, _, action = event.partition(".")
    repository = {"full_name": "acme/shop"}
    for part in ({}, {"number": 1}, {"id": 1}):
        body = {"action": action, "repository": repository}
        body |= dict.fromkeys(["issue", "pull_request", "comment", "review"], part)
        try:
            normalize(delivery(name, body))
        except PayloadError:
            continue
