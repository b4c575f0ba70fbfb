"""A repository's pull request template.

https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests
("in the root, docs or .github folder", names in any case; of several in a folder of their own, people choose)
"""

from __future__ import annotations

import base64
from typing import Any

from adapters.platforms.github import paths
from adapters.platforms.github.client import Call
from bot.errors import NotFoundError

NAMES = frozenset({"pull_request_template.md", "pull_request_template.txt", "pull_request_template"})
FOLDERS = (".github", "docs")
LONGEST_TEMPLATE = 20_000


async def find(api: Call, repository: str, base: str) -> str:
    """The template of the branch `base`; "" without one. GitHub prefers `.github`, then the root, then `docs`."""
    root = await _listed(api, repository, "", base)
    folders = {entry["name"].lower(): entry["path"] for entry in root if entry["type"] == "dir"}
    for folder in (FOLDERS[0], "", FOLDERS[1]):
        entries = root if not folder else []
        if folder in folders:
            entries = await _listed(api, repository, folders[folder], base)
        for entry in entries:
            if entry["type"] == "file" and entry["name"].lower() in NAMES:
                return await _text(api, repository, entry["path"], base)
    return ""


async def _listed(api: Call, repository: str, path: str, ref: str) -> list[Any]:
    try:
        found = await api.get(paths.contents(repository, path), ref=ref)
    except NotFoundError:
        return []  # an empty repository, or no such folder
    return found if isinstance(found, list) else []


async def _text(api: Call, repository: str, path: str, ref: str) -> str:
    found = await api.get(paths.contents(repository, path), ref=ref)
    return base64.b64decode(found["content"]).decode("utf-8", "replace")[:LONGEST_TEMPLATE]
