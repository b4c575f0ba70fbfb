"""Names that may reach git's command line or become a path: by whitelist, checked here before anything else sees them.

git-scm.com/docs/git-check-ref-format
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import JobFailed
from models.job import Failure

BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+#=-]*(/[A-Za-z0-9_+#=@][A-Za-z0-9_.@+#=-]*)*")
REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+")
SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
LONGEST = 200

BAD = "checking the {what}: `{name}` is not a name we use"
NOT_OURS = "checking the branch: `{name}` is not below `{prefix}/`"
BAD_URL = "checking the remote: its address is not http(s)"


def _refuse(what: str, name: str) -> JobFailed:
    shown = "".join(char if char.isprintable() and char != "`" else "?" for char in name[:LONGEST])
    return JobFailed(Failure.SETUP, BAD.format(what=what, name=shown))


def branch(name: str) -> str:
    """`name`, when it can be a branch or tag. Raises JobFailed(SETUP)."""
    parts = name.split("/")
    is_odd = any(
        part.endswith((".lock", ".")) or ".." in part or "@{" in part or part == "@" for part in parts
    )
    if len(name) > LONGEST or is_odd or not BRANCH.fullmatch(name):
        raise _refuse("branch", name)
    return name


def own_branch(name: str, prefix: str) -> str:
    """`name`, when it is one we may push. Raises JobFailed(SETUP)."""
    if not branch(name).startswith(f"{prefix}/"):
        raise JobFailed(Failure.SETUP, NOT_OURS.format(name=name, prefix=prefix))
    return name


def sha(name: str) -> str:
    """`name`, when it is a full commit id. Raises JobFailed(SETUP)."""
    if not SHA.fullmatch(name):
        raise _refuse("commit", name)
    return name


def repository(name: str) -> str:
    """`name`, when it is owner/name (or group/sub/name). Raises JobFailed(SETUP)."""
    parts = name.split("/")
    is_odd = any(part in {".", ".."} or part.startswith("-") or part.endswith(".lock") for part in parts)
    if len(name) > LONGEST or is_odd or not REPOSITORY.fullmatch(name):
        raise _refuse("repository", name)
    return name


def key(name: str) -> str:
    """`name`, when it can be one folder's name. Raises JobFailed(SETUP)."""
    if not KEY.fullmatch(name):
        raise _refuse("folder", name)
    return name


def mirror_path(url: str) -> Path:
    """<host>/<owner>/<repo>.git for a remote's address. Raises JobFailed(SETUP)."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise JobFailed(Failure.SETUP, BAD_URL)
    host = key(parts.hostname.replace(":", "_") + (f"_{parts.port}" if parts.port else ""))
    path = repository(parts.path.strip("/").removesuffix(".git"))
    return Path(host, f"{path}.git")
