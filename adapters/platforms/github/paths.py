"""Paths of GitHub's REST API. Names come from payloads and from what people type, so each is checked or quoted here.

https://docs.github.com/en/rest
"""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.errors import NotFoundError

# "." and ".." would leave the path that they stand in.
NAME = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9_.-]{1,100}"
REPOSITORY = re.compile(rf"{NAME}/{NAME}")
NUMBER = re.compile(r"[0-9]{1,20}")
NO_REPOSITORY = "looking for a repository: {name!r} is none"
NO_BRANCH = "looking for a branch: {name!r} is none"
NO_ACCOUNT = "looking for an account: {number!r} is none"
NO_ID = "looking for a comment: {id!r} is none"
LONGEST_NAME = 80
OWN_REPOSITORIES = "/user/repos"  # the token's account's


def is_repository(name: str) -> bool:
    """Whether `name` has the form `owner/name`."""
    return REPOSITORY.fullmatch(name) is not None


def account(number: str) -> str:
    """An account by its number. Raises NotFoundError."""
    if NUMBER.fullmatch(number) is None:
        raise NotFoundError(NO_ACCOUNT.format(number=number[:LONGEST_NAME]))
    return f"/user/{number}"


def repository(name: str) -> str:
    """`/repos/owner/name`. Raises NotFoundError."""
    if not is_repository(name):
        raise NotFoundError(NO_REPOSITORY.format(name=name[:LONGEST_NAME]))
    return f"/repos/{name}"


def issue(name: str, number: int | None) -> str:
    """An issue; of a pull request, its conversation."""
    return f"{repository(name)}/issues/{number or 0}"


def pull(name: str, number: int | None) -> str:
    """A pull request."""
    return f"{repository(name)}/pulls/{number or 0}"


def comment(name: str, id: str) -> str:
    """A comment of a conversation."""
    return f"{repository(name)}/issues/comments/{_number(id)}"


def inline_comment(name: str, id: str) -> str:
    """A comment on a line of code."""
    return f"{repository(name)}/pulls/comments/{_number(id)}"


def review(name: str, number: int | None, id: str) -> str:
    """A review of a pull request."""
    return f"{pull(name, number)}/reviews/{_number(id)}"


def replies(name: str, number: int | None, root: str) -> str:
    """Where an inline thread is answered; `root` is its first comment."""
    return f"{pull(name, number)}/comments/{_number(root)}/replies"


def permission(name: str, login: str) -> str:
    """What somebody may do in a repository."""
    return f"{repository(name)}/collaborators/{quote(login, safe='')}/permission"


def branch(name: str, ref: str) -> str:
    """A branch as a git reference; slashes in its name stay."""
    return f"{repository(name)}/git/refs/heads/{quote(ref)}"


def existing_branch(name: str, ref: str) -> str:
    """A branch that may be there; slashes in its name stay. Raises NotFoundError for what can be none."""
    if any(part in {"", ".", ".."} for part in ref.split("/")):
        raise NotFoundError(NO_BRANCH.format(name=ref[:LONGEST_NAME]))
    return f"{repository(name)}/branches/{quote(ref)}"


def rules(name: str, ref: str) -> str:
    """The rules that apply to a branch, whether it exists or not."""
    return f"{repository(name)}/rules/branches/{quote(ref)}"


def contents(name: str, path: str) -> str:
    """A file or folder."""
    return f"{repository(name)}/contents/{quote(path)}"


def _number(id: str) -> str:
    if not NUMBER.fullmatch(id):
        raise NotFoundError(NO_ID.format(id=id[:LONGEST_NAME]))
    return id
