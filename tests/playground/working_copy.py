"""A person's clone: the real git program against the playground's git host."""

import asyncio
import base64
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Somebody",
    "GIT_AUTHOR_EMAIL": "somebody@example.com",
    "GIT_COMMITTER_NAME": "Somebody",
    "GIT_COMMITTER_EMAIL": "somebody@example.com",
}


class GitError(Exception):
    """git ended with an error; the text is all it said."""


@dataclass
class WorkingCopy:
    """A folder cloned from `url`, with a token or none."""

    folder: Path
    url: str
    token: str | None = None

    async def git(self, *arguments: str) -> str:
        """What git says on both outputs; raises GitError."""
        login = []
        if self.token:
            word = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
            login = ["-c", f"http.extraHeader=Authorization: Basic {word}"]
        process = await asyncio.create_subprocess_exec(
            "git",
            *login,
            *arguments,
            cwd=self.folder,
            env=ENVIRONMENT | {"HOME": str(self.folder)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        text = output.decode("utf-8", "replace")
        if process.returncode:
            raise GitError(text)
        return text

    async def clone(self) -> None:
        """Clone into the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.git("clone", "--quiet", self.url, ".")

    async def commit(self, path: str, text: str, message: str = "Change") -> str:
        """Write a file and commit it; the new sha."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)
        await self.git("add", "--", path)
        await self.git("commit", "--quiet", "-m", message)
        return (await self.git("rev-parse", "HEAD")).strip()
