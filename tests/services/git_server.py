"""A git host on a free port: git's own http-backend behind Basic auth, with faults on demand."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from bot.platform import GitRemote

TOKEN = "ghs_" + "Canary0123456789" * 3
NAME = "acme/shop"
QUIET = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{role}_{part}": "somebody@example.com"
        for role in ("AUTHOR", "COMMITTER")
        for part in ("NAME", "EMAIL")
    },
}


@dataclass
class GitServer:
    """`fault` is asked for each request; what it returns is the answer. `after` replaces the answer to work done."""

    root: Path
    url: str = ""
    fault: Callable[[web.Request], web.Response | None] = lambda request: None
    after: Callable[[web.Request], web.Response | None] = lambda request: None
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def path(self, name: str = NAME) -> Path:
        return self.root / f"{name}.git"

    def remote(self, name: str = NAME, token: str = TOKEN) -> GitRemote:
        return GitRemote(url=f"{self.url}/{name}.git", username="x-access-token", token=SecretStr(token))

    def git(self, *arguments: str, name: str = NAME, stdin: bytes = b"") -> str:
        """Run git in the served repository, at the server."""
        command = ["git", "-C", str(self.path(name)), *arguments]
        done = subprocess.run(
            command, env=dict(os.environ) | QUIET, capture_output=True, input=stdin, check=True, timeout=60
        )
        return os.fsdecode(done.stdout).strip()

    def create(self, name: str, files: dict[str, str | bytes]) -> str:
        """A repository with one commit on main; its sha."""
        self.path(name).mkdir(parents=True)
        self.git("init", "-q", "--bare", "-b", "main", name=name)
        self.git("config", "http.receivepack", "true", name=name)
        self.git("config", "uploadpack.allowAnySHA1InWant", "true", name=name)
        return self.commit("main", files, name=name, parent="")

    def commit(
        self, branch: str, files: dict[str, str | bytes], *, name: str = NAME, parent: str | None = None
    ) -> str:
        """Put a commit with `files` (mode by name: `link -> target` makes a link) on a branch; its sha."""
        start = self.tip(branch, name=name) if parent is None else parent
        lines = [
            f"commit refs/heads/{branch}",
            "committer S <s@example.com> 1700000000 +0000",
            "data 4",
            "work",
        ]
        stream = "\n".join(lines).encode() + b"\n" + (f"from {start}\n".encode() if start else b"")
        for path, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            mode, _, plain = path.rpartition(":")
            stream += f"M {mode or '100644'} inline {plain}\ndata {len(data)}\n".encode() + data + b"\n"
        self.git("fast-import", "--quiet", "--force", name=name, stdin=stream)
        return self.tip(branch, name=name)

    def tip(self, branch: str, name: str = NAME) -> str:
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}", name=name)

    def show(self, branch: str, path: str, name: str = NAME) -> str:
        return self.git("show", f"{branch}:{path}", name=name)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.method, request.path_qs, request.headers.get("Authorization", "")))
        answer = self.fault(request)
        if answer is not None:
            return answer
        if (
            request.headers.get("Authorization")
            != f"Basic {base64.b64encode(f'x-access-token:{TOKEN}'.encode()).decode()}"
        ):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="git"'})
        if not any(
            request.path.startswith(f"/{p.relative_to(self.root)}") for p in self.root.glob("*/*.git")
        ):
            return web.Response(status=404, text="Repository not found.")
        reply = await self._backend(request)
        return self.after(request) or reply

    async def _backend(self, request: web.Request) -> web.Response:
        variables = {
            "PATH": os.environ["PATH"],
            **QUIET,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": request.path,
            "REQUEST_METHOD": request.method,
            "QUERY_STRING": request.query_string,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "somebody",
        }
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            "git", "http-backend", env=variables, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
        )
        output, _ = await process.communicate(await request.read())
        head, _, body = output.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        return web.Response(status=int(headers.pop("Status", "200").split()[0]), headers=headers, body=body)
