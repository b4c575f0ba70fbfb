"""What somebody may do in a repository now.

GitHub is asked by login, and people are known by their number: a login can be renamed, and registered again by somebody
else. So whoever is no longer called as we remember is looked up by number, and asked about by the login of now.
https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
https://docs.github.com/en/rest/users/users#get-a-user-using-their-id
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.platforms.github import paths
from adapters.platforms.github.client import Call
from bot.errors import NotFoundError
from models.identity import Role
from models.message import Actor

ROLES = {
    "admin": Role.ADMIN,
    "maintain": Role.MAINTAIN,
    "write": Role.WRITE,
    "triage": Role.TRIAGE,
    "read": Role.READ,
    "none": Role.NONE,
}


async def role_of(api: Call, actor: Actor, repository: str) -> Role:
    """NONE for a stranger, and where there is no such repository. Raises IntegrationError."""
    if not paths.is_repository(repository):
        return Role.NONE
    role = await _role_as(api, actor.login, actor.id, repository)
    if role is None and (login := await _login_now(api, actor)):
        role = await _role_as(api, login, actor.id, repository)
    return role or Role.NONE


async def _role_as(api: Call, login: str, number: str, repository: str) -> Role | None:
    """The role of whoever is called so; None when that is somebody else, or nobody."""
    try:
        found = await api.get(paths.permission(repository, login))
    except NotFoundError:
        return None
    return _role(found) if _number_of(found.get("user")) == number else None


async def _login_now(api: Call, actor: Actor) -> str:
    """How the account of that number is called by now; "" when it is called as before, or is gone."""
    try:
        found = await api.get(paths.account(actor.id))
    except NotFoundError:
        return ""
    login = str(found.get("login") or "")
    return "" if login.lower() == actor.login.lower() else login


def _number_of(user: Any) -> str | None:
    """The account's number, by which it is known; None, which nobody's is, when it is not told."""
    number = (user or {}).get("id")
    return None if number is None else str(number)


def _role(found: Mapping[str, Any]) -> Role:
    """`role_name` is exact; a custom role counts as the one it is built on, which `permission` tells."""
    named = ROLES.get(str(found.get("role_name") or ""))
    return ROLES.get(str(found.get("permission") or ""), Role.NONE) if named is None else named
