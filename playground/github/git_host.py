"""Git over HTTP, by git's own CGI program: clones, fetches and pushes with a token as password.

git-scm.com/docs/git-http-backend; docs.github.com/authentication/keeping-your-account-and-data-secure (tokens for git)
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from aiohttp import web

from playground.github import access
from playground.github.actions.refs import announce, compare
from playground.github.records import Repository, User
from playground.github.world import ACTOR, WORLD, World

TIMEOUT_SECONDS = 300
CHUNK_BYTES = 64 * 1024
CHALLENGE = {"WWW-Authenticate": 'Basic realm="GitHub"'}
BAD_TOKEN = "Invalid username or token. Password authentication is not supported for Git operations."
NOT_FOUND = "Repository not found."
ARCHIVED = "ERROR: This repository was archived so it is read-only."
DENIED = "Permission to {name}.git denied to {login}."
NO_CACHE = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}


async def serve_git(request: web.Request) -> web.StreamResponse:
    """`info/refs`, `git-upload-pack` and `git-receive-pack` of one repository."""
    world, actor = request.app[WORLD], request[ACTOR]
    service = request.query.get("service") or request.match_info["tail"]
    names = request.match_info["owner"], request.match_info["repo"]
    repository = world.store.repository(*names) or world.store.moved_repository(*names)
    _check(request, repository, actor, service == "git-receive-pack")
    assert repository, "the check lets only known repositories through"
    if request.method == "POST" and service == "git-receive-pack":
        assert actor, "the check lets nobody push without a token"
        return await _receive_push(request, world, repository, actor)
    return await _serve_read(request, world, repository)


def _check(request: web.Request, repository: Repository | None, actor: User | None, is_push: bool) -> None:
    """401 to strangers who may not, 404 for what the token cannot see, 403 for a push without write access."""
    if actor is None and "Authorization" in request.headers:
        raise web.HTTPUnauthorized(text=BAD_TOKEN, headers=CHALLENGE)
    if actor is None and (is_push or repository is None or repository.is_private):
        raise web.HTTPUnauthorized(text=NOT_FOUND, headers=CHALLENGE)
    if repository is None or not access.allows(repository, actor, "read"):
        raise web.HTTPNotFound(text=NOT_FOUND)
    if actor and is_push and not access.allows(repository, actor, "write"):
        raise web.HTTPForbidden(text=DENIED.format(name=repository.full_name, login=actor.login))
    if is_push and repository.is_archived:
        raise web.HTTPForbidden(text=ARCHIVED)


async def _receive_push(
    request: web.Request, world: World, repository: Repository, actor: User
) -> web.Response:
    """One push at a time a repository; the answer waits until webhooks are on their way.

    The answer is small and kept whole, so that a fault can still replace it after the push took effect.
    """
    async with repository.lock:
        before = await world.git.refs(repository.id)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            status, headers, body = await _run(request, world, repository)
        after = await world.git.refs(repository.id)
        await announce(world, actor, repository, compare(before, after))
    return web.Response(status=status, headers=headers, body=body)


async def _run(
    request: web.Request, world: World, repository: Repository
) -> tuple[int, dict[str, str], bytes]:
    process = await _start(request, world, repository)
    feeding = asyncio.create_task(_feed(request, process))
    try:
        assert process.stdout, "the backend has an output pipe"
        status, headers = await _read_head(process.stdout)
        body = await process.stdout.read()
        await process.wait()
    finally:
        await _end(process, feeding)
    return status, headers, body


async def _serve_read(request: web.Request, world: World, repository: Repository) -> web.StreamResponse:
    """Stream what the backend says; a client that leaves ends the backend."""
    process = await _start(request, world, repository)
    feeding = asyncio.create_task(_feed(request, process))
    try:
        assert process.stdout, "the backend has an output pipe"
        async with asyncio.timeout(TIMEOUT_SECONDS):
            status, headers = await _read_head(process.stdout)
            response = web.StreamResponse(status=status, headers=headers)
            await response.prepare(request)
            while chunk := await process.stdout.read(CHUNK_BYTES):
                await response.write(chunk)
            await response.write_eof()
            await process.wait()
        return response
    finally:
        await _end(process, feeding)


async def _start(request: web.Request, world: World, repository: Repository) -> Process:
    return await asyncio.create_subprocess_exec(
        world.git.program,
        "http-backend",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=_environment(request, world, repository),
    )


def _environment(request: web.Request, world: World, repository: Repository) -> dict[str, str]:
    """The CGI variables; the body arrives already unzipped, so its encoding and length are not passed on."""
    actor: User | None = request[ACTOR]
    variables = {
        "GIT_PROJECT_ROOT": str(world.git.root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repository.id}.git/{request.match_info['tail']}",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": request.query_string,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        "REMOTE_ADDR": request.remote or "",
        "PLAYGROUND_PROTECTED": " ".join(repository.protected),
    }
    return world.git.environment(variables | ({"REMOTE_USER": actor.login} if actor else {}))


async def _feed(request: web.Request, process: Process) -> None:
    assert process.stdin, "the backend has an input pipe"
    try:
        with suppress(ConnectionError, web.RequestPayloadError):  # the backend or the client left
            async for chunk in request.content.iter_chunked(CHUNK_BYTES):
                process.stdin.write(chunk)
                await process.stdin.drain()
    finally:
        process.stdin.close()


async def _read_head(output: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """The CGI header lines up to the empty one; `Status:` is the status, 200 when it is missing."""
    headers = dict(NO_CACHE)
    while line := (await output.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.strip()] = value.strip()
    return int(headers.pop("Status", "200").split()[0]), headers


async def _end(process: Process, feeding: asyncio.Task[None]) -> None:
    """Kill the backend only if it still runs: its client left, or it took too long."""
    feeding.cancel()
    with suppress(asyncio.CancelledError):
        await feeding
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
