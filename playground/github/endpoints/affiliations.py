"""Which repositories `GET /user/repos` lists, and in which order.

docs.github.com/en/rest/repos/repos#list-repositories-for-the-authenticated-user
"""

from collections.abc import Callable, Iterable
from typing import Any

from playground.github import access
from playground.github.calls import Call
from playground.github.failures import ApiFailure
from playground.github.records import Repository, User

OWNER, COLLABORATOR, MEMBER = "owner", "collaborator", "organization_member"
EVERY_AFFILIATION = f"{OWNER},{COLLABORATOR},{MEMBER}"
TYPES = {"all": EVERY_AFFILIATION, "owner": OWNER, "member": f"{COLLABORATOR},{MEMBER}"}
TYPE_AND_OTHERS = (
    "If you specify visibility or affiliation, you cannot specify type."  # 422, as the page says
)
ORDERS: dict[str, Callable[[Repository], Any]] = {
    "created": lambda repository: repository.created_at,
    "updated": lambda repository: repository.updated_at,
    "pushed": lambda repository: repository.pushed_at,
    "full_name": lambda repository: repository.full_name.lower(),
}


def is_member(repository: Repository, user: User) -> bool:
    """Whether the person has a role of their own, not only what being public gives."""
    return access.allows(repository, user, "admin") or user.id in repository.collaborators


def chosen(call: Call, repositories: Iterable[Repository]) -> list[Repository]:
    """Those of the person who asks, as the query says. Raises 422 for `type` beside `visibility` or `affiliation`."""
    kind = call.query("type")
    if kind and (call.query("visibility") or call.query("affiliation")):
        raise ApiFailure(422, TYPE_AND_OTHERS)
    wanted = set(TYPES.get(kind, call.query("affiliation") or EVERY_AFFILIATION).split(","))
    visibility = call.query("visibility") or kind
    found = [
        repository
        for repository in repositories
        if wanted & _affiliations(repository, call.person) and _is_seen(repository, visibility)
    ]
    return _in_order(call, found)


def _affiliations(repository: Repository, user: User) -> set[str]:
    told = {
        OWNER: repository.owner is user,
        COLLABORATOR: user.id in repository.collaborators,
        MEMBER: user.id in repository.owner.members and is_member(repository, user),
    }
    return {name for name, is_so in told.items() if is_so}


def _is_seen(repository: Repository, visibility: str) -> bool:
    return {"public": not repository.is_private, "private": repository.is_private}.get(visibility, True)


def _in_order(call: Call, found: list[Repository]) -> list[Repository]:
    """By name upwards, or the newest first: the page's defaults."""
    sort = call.query("sort")
    by = sort if sort in ORDERS else "full_name"
    direction = call.query("direction") or ("asc" if by == "full_name" else "desc")
    return sorted(found, key=ORDERS[by], reverse=direction == "desc")
