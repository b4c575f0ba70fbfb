"""Issues: list, open, read, change; labels and assignees."""

from typing import Any

from aiohttp import web

from playground.github import access
from playground.github.actions import issues as actions
from playground.github.calls import Call, optional_text, text
from playground.github.failures import ISSUES_DISABLED, NEEDS_ADMIN, ApiFailure, forbidden, invalid, not_found
from playground.github.records import Issue
from playground.github.replies import answer, created, nothing, page
from playground.github.shapes.issues import issue as shape
from playground.github.shapes.issues import label as label_shape

LABEL_MISSING = "Label does not exist"


def find_issue(call: Call) -> Issue:
    """The issue (or pull request) in the path; raises 404."""
    found = call.repository.issues.get(call.number("number"))
    if found is None:
        raise not_found()
    return found


async def list_issues(call: Call) -> web.Response:
    """`GET .../issues`: pull requests too; newest first."""
    found = [issue for issue in call.repository.issues.values() if _matches(call, issue)]
    keys = {"updated": "updated_at", "comments": "comments"}
    field = keys.get(call.query("sort"), "number")
    found.sort(key=lambda issue: _sort_key(issue, field), reverse=call.query("direction") != "asc")
    return page(call, found, lambda issue: shape(call.world.links, issue))


def _sort_key(issue: Issue, field: str) -> tuple[Any, int]:
    value = getattr(issue, field)
    return (len(value) if isinstance(value, list) else value), issue.number


def _matches(call: Call, issue: Issue) -> bool:
    labels = {label.name.lower() for label in issue.labels}
    wanted = {name.strip().lower() for name in call.query("labels").split(",") if name.strip()}
    is_state = call.query("state", "open") in (issue.state, "all")
    return (
        is_state and wanted <= labels and issue.updated_at >= call.query("since") and _has_people(call, issue)
    )


def _has_people(call: Call, issue: Issue) -> bool:
    creator, assignee = call.query("creator").lower(), call.query("assignee", "*any").lower()
    logins = {user.login.lower() for user in issue.assignees}
    is_assignee = {"*any": True, "*": bool(logins), "none": not logins}.get(assignee, assignee in logins)
    return is_assignee and creator in ("", issue.user.login.lower())


async def create_issue(call: Call) -> web.Response:
    """`POST .../issues`; labels and assignees are dropped without triage rights, as on GitHub."""
    if not call.repository.has_issues:
        raise ApiFailure(410, ISSUES_DISABLED)
    data = await call.json()
    title, body = text(data, "title", "Issue"), optional_text(data, "body", "Issue")
    issue = actions.open_issue(call.world, call.person, call.repository, title, body)
    if access.allows(call.repository, call.actor, "triage"):
        _apply_lists(call, issue, data)
    return created(call, shape(call.world.links, issue))


async def get_issue(call: Call) -> web.Response:
    """`GET .../issues/{number}`."""
    return answer(call, shape(call.world.links, find_issue(call)))


async def update_issue(call: Call) -> web.Response:
    """`PATCH .../issues/{number}`: the author or somebody with triage rights."""
    issue, data = find_issue(call), await call.json()
    may_edit = issue.user is call.person or access.allows(call.repository, call.actor, "triage")
    if not may_edit:
        raise forbidden(NEEDS_ADMIN)
    title, body = optional_text(data, "title", "Issue"), optional_text(data, "body", "Issue")
    state = data.get("state", issue.state)
    if state not in ("open", "closed"):
        raise invalid("Issue", "state")
    actions.edit_text(call.world, call.person, issue, title, body)
    _apply_lists(call, issue, data)
    actions.set_state(call.world, call.person, issue, state, data.get("state_reason"))
    return answer(call, shape(call.world.links, issue))


def _apply_lists(call: Call, issue: Issue, data: dict[str, Any]) -> None:
    if "labels" in data:
        actions.set_labels(call.world, call.person, issue, label_names(data["labels"]))
    if "assignees" in data:
        users = actions.assignable(call.world, call.repository, logins(data))
        actions.set_assignees(call.world, call.person, issue, users)


def label_names(value: Any) -> list[str]:
    """Label names, given as texts or as objects with a name; raises 422."""
    items = value if isinstance(value, list) else None
    names = [item.get("name") if isinstance(item, dict) else item for item in items or []]
    if items is None or not all(isinstance(name, str) and name for name in names):
        raise invalid("Label", "name")
    return [name for name in names if isinstance(name, str)]


def logins(data: dict[str, Any]) -> list[str]:
    """The `assignees` of a body; raises 422."""
    value = data.get("assignees") or []
    if not isinstance(value, list) or not all(isinstance(login, str) for login in value):
        raise invalid("Issue", "assignees")
    return value


async def add_assignees(call: Call) -> web.Response:
    """`POST .../issues/{number}/assignees`."""
    issue = find_issue(call)
    users = actions.assignable(call.world, call.repository, logins(await call.json()))
    actions.assign(call.world, call.person, issue, users)
    return answer(call, shape(call.world.links, issue), 201)


async def remove_assignees(call: Call) -> web.Response:
    """`DELETE .../issues/{number}/assignees`."""
    issue = find_issue(call)
    named = [call.world.store.user(login) for login in logins(await call.json())]
    actions.unassign(call.world, call.person, issue, [user for user in named if user])
    return answer(call, shape(call.world.links, issue))


async def list_labels(call: Call) -> web.Response:
    """`GET .../issues/{number}/labels`."""
    return page(
        call, find_issue(call).labels, lambda label: label_shape(call.world.links, call.repository, label)
    )


def _answer_labels(call: Call, issue: Issue) -> web.Response:
    return answer(call, [label_shape(call.world.links, call.repository, label) for label in issue.labels])


async def _names_of(call: Call) -> list[str]:
    """`{"labels": [...]}` or, as GitHub also takes, the bare list."""
    raw = await call.request.read()
    if raw.lstrip().startswith(b"["):
        return label_names(await call.request.json())
    return label_names((await call.json()).get("labels", []))


async def add_labels(call: Call) -> web.Response:
    """`POST .../issues/{number}/labels`."""
    issue = find_issue(call)
    actions.add_labels(call.world, call.person, issue, await _names_of(call))
    return _answer_labels(call, issue)


async def set_labels(call: Call) -> web.Response:
    """`PUT .../issues/{number}/labels`."""
    issue = find_issue(call)
    actions.set_labels(call.world, call.person, issue, await _names_of(call))
    return _answer_labels(call, issue)


async def clear_labels(call: Call) -> web.Response:
    """`DELETE .../issues/{number}/labels`."""
    actions.set_labels(call.world, call.person, find_issue(call), [])
    return nothing()


async def remove_label(call: Call) -> web.Response:
    """`DELETE .../issues/{number}/labels/{name}`: 404 when the issue does not have it."""
    issue, name = find_issue(call), call.path("name").lower()
    label = next((label for label in issue.labels if label.name.lower() == name), None)
    if label is None:
        raise ApiFailure(404, LABEL_MISSING)
    actions.remove_label(call.world, call.person, issue, label)
    return _answer_labels(call, issue)
