"""Making a commit out of a tree object: no hook can run, because `git commit` is not what makes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from adapters.git import Git, Place
from bot.workshop import Commit

COMMITTING = "committing"
NO_NAME = "Bellhop"
UNSAFE = re.compile(r"[<>\x00-\x1f\x7f]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Signing:
    """How commits are signed: not at all, with the key in a file (SSH), or by the id of a key in `gpg_home` (GPG)."""

    key: str = ""
    gpg_home: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """For commit-tree. git-scm.com/docs/git-config: gpg.format, user.signingKey"""
        return (f"-S{self.key}",) if self.key else ()

    @property
    def environment(self) -> dict[str, str]:
        """A key that is a file is SSH's, anything else is a GPG key's id."""
        return {"GNUPGHOME": self.gpg_home} if self.gpg_home else {}

    @property
    def config(self) -> tuple[str, ...]:
        """Options before the subcommand."""
        return ("-c", "gpg.format=ssh") if self.key and Path(self.key).is_file() else ()


async def make(git: Git, place: Place, commit: Commit, tree: str, parent: str, signing: Signing) -> str:
    """The sha of a new commit of `tree` on `parent`."""
    author, email = _person(commit.author_name) or NO_NAME, _person(commit.author_email)
    people = {
        "GIT_AUTHOR_NAME": author,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": author,
        "GIT_COMMITTER_EMAIL": email,
    }
    output = await git.run(
        COMMITTING,
        place,
        *signing.config,
        *("commit-tree", tree, "-p", parent, *signing.arguments, "-F", "-"),
        stdin=message_of(commit).encode("utf-8", "replace"),
        extra=people | signing.environment,
    )
    return output.decode().strip()


def _person(text: str) -> str:
    """git cannot hold these characters in a name."""
    return UNSAFE.sub("", text).strip()


def message_of(commit: Commit) -> str:
    """The message with its trailers as the last paragraph. git-scm.com/docs/git-interpret-trailers"""
    body = CONTROLS.sub("", commit.message.replace("\r\n", "\n")).strip()
    trailers = [f"{name}: {' '.join(value.split())}" for name, value in commit.trailers]
    return "\n\n".join(part for part in (body, "\n".join(trailers)) if part) + "\n"
