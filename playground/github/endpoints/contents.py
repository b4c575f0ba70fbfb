"""Files of a repository: read, folder listings, and committing one file.

docs.github.com/rest/repos/contents
"""

import base64
from typing import Any
from urllib.parse import quote

from aiohttp import web

from playground.github.calls import Call
from playground.github.failures import ApiFailure, not_found
from playground.github.git import GitFailure
from playground.github.replies import answer

NO_REF = "No commit found for the ref {ref}"
KINDS = {"blob": "file", "tree": "dir", "commit": "submodule"}
RAW_TYPES = ("application/vnd.github.raw", "application/vnd.github.v3.raw")


async def get_contents(call: Call) -> web.StreamResponse:
    """`GET .../contents/{path}`: a file (base64, or raw by media type) or the list of a folder."""
    path = call.request.match_info.get("path", "").strip("/")
    ref = call.query("ref", call.repository.default_branch)
    sha = await call.world.git.resolve(call.repository.id, ref) if not ref.startswith("-") else None
    if sha is None:
        raise ApiFailure(404, NO_REF.format(ref=ref))
    entry = await find_entry(call, sha, path) if path else ("tree", sha, "0", "")
    if entry is None:
        raise not_found()
    return await (
        _answer_folder(call, sha, path, ref) if entry[0] == "tree" else _answer_file(call, entry, ref)
    )


Entry = tuple[str, str, str, str]  # git's kind, sha, size, path


async def _entries(call: Call, *arguments: str) -> list[Entry]:
    output = await call.world.git.text(call.repository.id, "ls-tree", "-l", "-z", *arguments)
    found = []
    for line in filter(None, output.split("\0")):
        facts, path = line.split("\t", 1)
        _, kind, sha, size = facts.split()
        found.append((kind, sha, size.replace("-", "0"), path))
    return found


async def find_entry(call: Call, sha: str, path: str) -> Entry | None:
    """The file or folder at a path of a commit, or None."""
    try:
        return next(iter(await _entries(call, sha, "--", f":(literal){path}")), None)
    except GitFailure:
        return next(iter(await _entries(call, sha, "--", path)), None)


async def _answer_folder(call: Call, sha: str, path: str, ref: str) -> web.Response:
    entries = await _entries(call, f"{sha}:{path}" if path else sha)
    prefix = f"{path}/" if path else ""
    return answer(call, [shape_entry(call, (*entry[:3], prefix + entry[3]), ref) for entry in entries])


async def _answer_file(call: Call, entry: Entry, ref: str) -> web.StreamResponse:
    content = await call.world.git.run(call.repository.id, "cat-file", "blob", entry[1])
    if any(kind in call.request.headers.get("Accept", "") for kind in RAW_TYPES):
        return web.Response(body=content, content_type="application/vnd.github.raw+json", charset="utf-8")
    encoded = base64.encodebytes(content).decode()
    return answer(call, shape_entry(call, entry, ref) | {"content": encoded, "encoding": "base64"})


def shape_entry(call: Call, entry: Entry, ref: str) -> dict[str, Any]:
    """The entry without content, as listings carry it."""
    kind, sha, size, path = entry
    links, repository = call.world.links, call.repository
    url = f"{links.repository(repository)}/contents/{quote(path)}?ref={quote(ref, safe='')}"
    git_url = f"{links.repository(repository)}/git/{kind}s/{sha}"
    page = f"{links.page(repository)}/{kind}/{ref}/{quote(path)}"
    raw = f"{links.page(repository)}/raw/{ref}/{quote(path)}" if kind == "blob" else None
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": int(size),
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": raw,
        "type": KINDS[kind],
        "_links": {"self": url, "git": git_url, "html": page},
    }
