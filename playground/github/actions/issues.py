"""Opening and changing issues; a pull request's title, body, state, labels and assignees change here too."""

from collections.abc import Sequence

from playground.github import access
from playground.github.events import issue_happened
from playground.github.records import Issue, Label, Repository, User
from playground.github.shapes.issues import label as label_shape
from playground.github.shapes.users import simple_user
from playground.github.store import now
from playground.github.world import World


def open_issue(world: World, actor: User, repository: Repository, title: str, body: str | None) -> Issue:
    """A new issue: `issues.opened`."""
    issue = new_issue(world, actor, repository, title, body)
    issue_happened(world, issue, actor, "opened")
    return issue


def new_issue(world: World, actor: User, repository: Repository, title: str, body: str | None) -> Issue:
    """The record alone, for issues and pull requests; tells nobody."""
    number, stamp = world.store.next_number(repository), now()
    issue = Issue(world.store.next_id("issue"), number, repository, actor, title, body, stamp, stamp)
    repository.issues[number] = issue
    return issue


def edit_text(world: World, actor: User, issue: Issue, title: str | None, body: str | None) -> None:
    """Change title or body: one `edited` with what they were; None leaves a text alone."""
    wanted = {"title": title, "body": body}
    before = {name: getattr(issue, name) for name in wanted}
    changed = {name: text for name, text in wanted.items() if text is not None and text != before[name]}
    for name, text in changed.items():
        setattr(issue, name, text)
    if changed:
        world.store.touch(issue)
        changes = {name: {"from": before[name] or ""} for name in changed}
        issue_happened(world, issue, actor, "edited", changes=changes)


def set_state(world: World, actor: User, issue: Issue, state: str, reason: str | None = None) -> None:
    """Close or reopen: `closed`, `reopened`; nothing when it is so already."""
    if issue.state == state:
        return
    is_closing = state == "closed"
    issue.state, issue.closed_by = state, actor if is_closing else None
    issue.closed_at = now() if is_closing else None
    issue.state_reason = _state_reason(issue, is_closing, reason)
    world.store.touch(issue)
    issue_happened(world, issue, actor, "closed" if is_closing else "reopened")


def _state_reason(issue: Issue, is_closing: bool, reason: str | None) -> str | None:
    if issue.pull:
        return None
    return (reason or "completed") if is_closing else "reopened"


def find_or_add_label(world: World, repository: Repository, name: str) -> Label:
    """The label; a name nobody used yet becomes a new gray label, as on GitHub."""
    return repository.labels.get(name.lower()) or world.store.add_label(repository, name)


def add_labels(world: World, actor: User, issue: Issue, names: Sequence[str]) -> None:
    """Put labels on: one `labeled` each; those it has stay silent."""
    for name in names:
        label = find_or_add_label(world, issue.repository, name)
        if label not in issue.labels:
            issue.labels.append(label)
            _tell_label(world, actor, issue, "labeled", label)


def remove_label(world: World, actor: User, issue: Issue, label: Label) -> None:
    """Take a label off: `unlabeled`."""
    issue.labels.remove(label)
    _tell_label(world, actor, issue, "unlabeled", label)


def set_labels(world: World, actor: User, issue: Issue, names: Sequence[str]) -> None:
    """Make the labels exactly these."""
    kept = {name.lower() for name in names}
    for label in [label for label in issue.labels if label.name.lower() not in kept]:
        remove_label(world, actor, issue, label)
    add_labels(world, actor, issue, names)


def _tell_label(world: World, actor: User, issue: Issue, action: str, label: Label) -> None:
    world.store.touch(issue)
    issue_happened(world, issue, actor, action, label=label_shape(world.links, issue.repository, label))


def assignable(world: World, repository: Repository, logins: Sequence[str]) -> list[User]:
    """The accounts that can be assigned: GitHub silently drops those without triage rights."""
    users = [world.store.user(login) for login in logins]
    return [user for user in users if user and access.allows(repository, user, "triage")]


def assign(world: World, actor: User, issue: Issue, users: Sequence[User]) -> None:
    """Add assignees: one `assigned` each."""
    for user in users:
        if user not in issue.assignees:
            issue.assignees.append(user)
            _tell_assignee(world, actor, issue, "assigned", user)


def unassign(world: World, actor: User, issue: Issue, users: Sequence[User]) -> None:
    """Remove assignees: one `unassigned` each."""
    for user in users:
        if user in issue.assignees:
            issue.assignees.remove(user)
            _tell_assignee(world, actor, issue, "unassigned", user)


def set_assignees(world: World, actor: User, issue: Issue, users: Sequence[User]) -> None:
    """Make the assignees exactly these."""
    unassign(world, actor, issue, [user for user in issue.assignees if user not in users])
    assign(world, actor, issue, users)


def _tell_assignee(world: World, actor: User, issue: Issue, action: str, user: User) -> None:
    world.store.touch(issue)
    issue_happened(world, issue, actor, action, assignee=simple_user(world.links, user))
