"""A repository's pull request template.

https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests
("in the root, docs or .github folder", names in any case; of several in a folder of their own, people choose)
"""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import Any

from adapters.platforms.github import paths
from adapters.platforms.github.client import Call
from bot.errors import NotFoundError

NAMES = frozenset({"pull_request_template.md", "pull_request_template.txt", "pull_request_template"})
USUAL_NAMES = ("PULL_REQUEST_TEMPLATE.md", "pull_request_template.md")
FOLDERS = (".github", "docs")
LONGEST_TEMPLATE = 20_000


async def find(api: Call, repository: str, base: str) -> str:
    """The template of the branch `base`; "" without one. GitHub prefers `.github`, then the root, then `docs`."""
    root = await _listed(api, repository, "", base)
    if root is None:
        return await _guessed(api, repository, base)
    folders = {entry["name"].lower(): entry["path"] for entry in root if entry["type"] == "dir"}
    for folder in (FOLDERS[0], "", FOLDERS[1]):
        entries = root if not folder else []
        if folder in folders:
            entries = await _listed(api, repository, folders[folder], base) or []
        for entry in entries:
            if entry["type"] == "file" and entry["name"].lower() in NAMES:
                return await _text(api, repository, entry["path"], base)
    return ""


async def _guessed(api: Call, repository: str, base: str) -> str:
    """Where a server lists no folders: the usual names, asked for one by one."""
    for folder in (f"{FOLDERS[0]}/", "", f"{FOLDERS[1]}/"):
        for name in USUAL_NAMES:
            with suppress(NotFoundError):
                return await _text(api, repository, f"{folder}{name}", base)
    return ""


async def _listed(api: Call, repository: str, path: str, ref: str) -> list[Any] | None:
    """None: there is no such folder, or the server lists none."""
    try:
        found = await api.get(paths.contents(repository, path), ref=ref)
    except NotFoundError:
        return None
    return found if isinstance(found, list) else None


async def _text(api: Call, repository: str, path: str, ref: str) -> str:
    found = await api.get(paths.contents(repository, path), ref=ref)
    return base64.b64decode(found["content"]).decode("utf-8", "replace")[:LONGEST_TEMPLATE]
