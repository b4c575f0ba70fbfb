"""Committing one file through REST: create, update, delete.

docs.github.com/rest/repos/contents#create-or-update-file-contents
"""

import base64
import binascii
from typing import Any

from aiohttp import web

from playground.github import history
from playground.github.actions.files import FileChange, commit_file
from playground.github.actions.refs import BRANCHES
from playground.github.calls import Call, text
from playground.github.endpoints.contents import Entry, find_entry, shape_entry
from playground.github.endpoints.refs import PROTECTED, is_protected
from playground.github.failures import ApiFailure, unprocessable
from playground.github.replies import answer
from playground.github.shapes.commits import git_commit

NO_BRANCH = "Branch {branch} not found"
NO_SHA = 'Invalid request.\n\n"sha" wasn\'t supplied.'
STALE = "{path} does not match {sha}"
NOT_BASE64 = "content is not valid Base64"


async def put_file(call: Call) -> web.Response:
    """`PUT .../contents/{path}`: 201 for a new file; an existing one needs its `sha`, else 422, or 409 when stale."""
    data = await call.json()
    content = _content(data)
    async with call.repository.lock:
        branch, old = await _check(call, data)
        change = FileChange(branch, call.path("path"), text(data, "message", "Commit"), content)
        sha = await commit_file(call.world, call.person, call.repository, change)
    return await _answer(call, sha, branch, 200 if old else 201)


async def delete_file(call: Call) -> web.Response:
    """`DELETE .../contents/{path}`: needs the file's `sha`."""
    data = {**call.request.query, **await call.json()}
    async with call.repository.lock:
        branch, old = await _check(call, data)
        if old is None:
            raise ApiFailure(404, "Not Found")
        change = FileChange(branch, call.path("path"), text(data, "message", "Commit"), None)
        sha = await commit_file(call.world, call.person, call.repository, change)
    return await _answer(call, sha, branch, 200)


def _content(data: dict[str, Any]) -> bytes:
    try:
        return base64.b64decode("".join(str(data.get("content", "%")).split()), validate=True)
    except binascii.Error as error:
        raise unprocessable(NOT_BASE64) from error


async def _check(call: Call, data: dict[str, Any]) -> tuple[str, Entry | None]:
    """The branch, and the file there is; raises what GitHub answers when they do not fit."""
    branch, path = str(data.get("branch") or call.repository.default_branch), call.path("path")
    tip = (await call.world.git.refs(call.repository.id, BRANCHES + branch)).get(BRANCHES + branch)
    if tip is None:
        raise ApiFailure(404, NO_BRANCH.format(branch=branch))
    if is_protected(call.repository, branch):
        raise ApiFailure(409, PROTECTED)
    old = await find_entry(call, tip, path)
    if old and not data.get("sha"):
        raise unprocessable(NO_SHA)
    if data.get("sha") and (old is None or data["sha"] != old[1]):
        raise ApiFailure(409, STALE.format(path=path, sha=data["sha"]))
    return branch, old


async def _answer(call: Call, sha: str, branch: str, status: int) -> web.Response:
    entry = await find_entry(call, sha, call.path("path"))
    commit = await history.commit(call.world.git, call.repository.id, sha)
    content = shape_entry(call, entry, branch) if entry else None
    shape = git_commit(call.world.links, call.repository, commit)
    return answer(call, {"content": content, "commit": shape}, status)
