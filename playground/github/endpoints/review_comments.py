"""Comments on lines of pull requests.

docs.github.com/rest/pulls/comments
"""

from typing import Any

from aiohttp import web

from playground.github import access
from playground.github.actions import reviews as actions
from playground.github.actions.reviews import Remark
from playground.github.calls import Call, text
from playground.github.endpoints.pulls import find_pull
from playground.github.failures import forbidden, invalid, not_found
from playground.github.records import ReviewComment
from playground.github.replies import answer, created, nothing, page
from playground.github.shapes.pulls import review_comment as shape

RESOURCE = "PullRequestReviewComment"


def find_review_comment(call: Call) -> ReviewComment:
    """The review comment in the path; raises 404, also when it is another repository's."""
    found = call.world.store.review_comments.get(call.number("comment_id"))
    if found is None or found.pull.issue.repository is not call.repository:
        raise not_found()
    return found


def read_remark(data: dict[str, Any]) -> Remark:
    """A wanted comment from a request body; raises 422."""
    numbers = {name: _number(data, name) for name in ("line", "start_line", "position")}
    subject = str(data.get("subject_type") or "line")
    if subject == "line" and numbers["line"] is None and numbers["position"] is None:
        raise invalid(RESOURCE, "line", "missing_field")
    path, body = text(data, "path", RESOURCE), text(data, "body", RESOURCE)
    sides = {"side": _side(data, "side") or "RIGHT", "start_side": _side(data, "start_side")}
    return Remark(path, body, subject_type=subject, **numbers, **sides)  # type: ignore[arg-type]


def _number(data: dict[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise invalid(RESOURCE, name)
    return value


def _side(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value not in (None, "LEFT", "RIGHT", "side"):
        raise invalid(RESOURCE, name)
    return value


async def list_on_pull(call: Call) -> web.Response:
    """`GET .../pulls/{number}/comments`."""
    return _list(call, find_pull(call).review_comments)


async def list_all(call: Call) -> web.Response:
    """`GET .../pulls/comments`: of the whole repository."""
    return _list(call, [comment for pull in call.repository.pulls for comment in pull.review_comments])


def _list(call: Call, comments: list[ReviewComment]) -> web.Response:
    found = [comment for comment in comments if comment.updated_at >= call.query("since")]
    field = "updated_at" if call.query("sort") == "updated" else "created_at"
    found.sort(
        key=lambda comment: (getattr(comment, field), comment.id), reverse=call.query("direction") == "desc"
    )
    return page(call, found, lambda comment: shape(call.world.links, comment))


async def create_on_pull(call: Call) -> web.Response:
    """`POST .../pulls/{number}/comments`: a new thread, or with `in_reply_to` an answer."""
    pull, data = find_pull(call), await call.json()
    if "in_reply_to" in data:
        root = next((comment for comment in pull.review_comments if comment.id == data["in_reply_to"]), None)
        return _answer_in_thread(call, root, data)
    remark = read_remark(data)
    where = await actions.place(call.world, pull, remark)
    comment = actions.comment_once(call.world, call.person, pull, remark, where)
    return created(call, shape(call.world.links, comment))


async def create_reply(call: Call) -> web.Response:
    """`POST .../pulls/{number}/comments/{comment_id}/replies`: top-level comments only."""
    pull, data = find_pull(call), await call.json()
    root = next(
        (comment for comment in pull.review_comments if comment.id == call.number("comment_id")), None
    )
    return _answer_in_thread(call, root, data)


def _answer_in_thread(call: Call, root: ReviewComment | None, data: dict[str, Any]) -> web.Response:
    if root is None:
        raise not_found()
    comment = actions.reply(call.world, call.person, root, text(data, "body", RESOURCE))
    return created(call, shape(call.world.links, comment))


async def get_comment(call: Call) -> web.Response:
    """`GET .../pulls/comments/{comment_id}`."""
    return answer(call, shape(call.world.links, find_review_comment(call)))


def _needs_author(call: Call, comment: ReviewComment) -> None:
    if comment.user is not call.person and not access.allows(call.repository, call.actor, "write"):
        raise forbidden()


async def update_comment(call: Call) -> web.Response:
    """`PATCH .../pulls/comments/{comment_id}`."""
    comment = find_review_comment(call)
    _needs_author(call, comment)
    actions.edit_review_comment(call.world, call.person, comment, text(await call.json(), "body", RESOURCE))
    return answer(call, shape(call.world.links, comment))


async def delete_comment(call: Call) -> web.Response:
    """`DELETE .../pulls/comments/{comment_id}`."""
    comment = find_review_comment(call)
    _needs_author(call, comment)
    actions.delete_review_comment(call.world, call.person, comment)
    return nothing()
