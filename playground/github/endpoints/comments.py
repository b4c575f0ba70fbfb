"""Comments on issues and on the conversation of pull requests."""

from aiohttp import web

from playground.github import access
from playground.github.actions import comments as actions
from playground.github.calls import Call, text
from playground.github.endpoints.issues import find_issue
from playground.github.failures import ApiFailure, forbidden, not_found
from playground.github.records import Comment
from playground.github.replies import answer, created, nothing, page
from playground.github.shapes.issues import comment as shape

LOCKED = "Unable to create comment because issue is locked."


def find_comment(call: Call) -> Comment:
    """The comment in the path; raises 404, also when it is another repository's."""
    found = call.world.store.comments.get(call.number("comment_id"))
    if found is None or found.issue.repository is not call.repository:
        raise not_found()
    return found


def needs_author(call: Call, comment: Comment) -> None:
    """Only the author and people with write access change a comment."""
    if comment.user is not call.person and not access.allows(call.repository, call.actor, "write"):
        raise forbidden()


async def list_comments(call: Call) -> web.Response:
    """`GET .../issues/{number}/comments`: oldest first, always; `since` filters by update."""
    found = [comment for comment in find_issue(call).comments if comment.updated_at >= call.query("since")]
    return page(call, found, lambda comment: shape(call.world.links, comment))


async def list_all_comments(call: Call) -> web.Response:
    """`GET .../issues/comments`: of the whole repository, `sort` by created or updated."""
    every = [comment for issue in call.repository.issues.values() for comment in issue.comments]
    found = [comment for comment in every if comment.updated_at >= call.query("since")]
    field = "updated_at" if call.query("sort") == "updated" else "created_at"
    found.sort(
        key=lambda comment: (getattr(comment, field), comment.id), reverse=call.query("direction") == "desc"
    )
    return page(call, found, lambda comment: shape(call.world.links, comment))


async def create_comment(call: Call) -> web.Response:
    """`POST .../issues/{number}/comments`: whoever can read may comment, unless the issue is locked."""
    issue = find_issue(call)
    body = text(await call.json(), "body", "IssueComment")
    if issue.is_locked and not access.allows(call.repository, call.actor, "write"):
        raise ApiFailure(403, LOCKED)
    comment = actions.add_comment(call.world, call.person, issue, body)
    return created(call, shape(call.world.links, comment))


async def get_comment(call: Call) -> web.Response:
    """`GET .../issues/comments/{comment_id}`."""
    return answer(call, shape(call.world.links, find_comment(call)))


async def update_comment(call: Call) -> web.Response:
    """`PATCH .../issues/comments/{comment_id}`."""
    comment = find_comment(call)
    needs_author(call, comment)
    body = text(await call.json(), "body", "IssueComment")
    actions.edit_comment(call.world, call.person, comment, body)
    return answer(call, shape(call.world.links, comment))


async def delete_comment(call: Call) -> web.Response:
    """`DELETE .../issues/comments/{comment_id}`."""
    comment = find_comment(call)
    needs_author(call, comment)
    actions.delete_comment(call.world, call.person, comment)
    return nothing()
