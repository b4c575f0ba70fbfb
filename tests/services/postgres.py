"""A private PostgreSQL cluster: free port, own folder, a database for each test."""

import itertools
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.services.ports import free_port

DEBIAN = Path("/usr/lib/postgresql")
OWNER = "bellhop"
# Durability is tested where it is promised; here the cluster lives as long as the session.
OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


def find() -> Path | None:
    """Return the folder of PostgreSQL's programs: PATH's, else Debian's newest, else None."""
    initdb = shutil.which("initdb")
    # A link in /usr/local/bin may stand without its siblings beside it; its target has them.
    candidates = [Path(initdb).resolve().parent] if initdb else []
    candidates += sorted(DEBIAN.glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in candidates if (folder / "pg_ctl").exists()), None)


def _unprivileged() -> dict[str, object]:
    """Return the arguments that make a child drop root, which PostgreSQL refuses; nothing for others."""
    if os.geteuid() != 0:
        return {}
    known = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in known else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@dataclass
class PostgresServer:
    """One cluster of our own, made by `start` and gone after `stop`."""

    password: str = field(default_factory=lambda: secrets.token_hex(16))
    port: int = 0
    # The unprivileged user can enter neither a home nor pytest's folders, and a socket's path is short.
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="bellhop-pg-")))
    serial: "itertools.count[int]" = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster and return when it answers."""
        self._hand_over()
        secret = self.folder / "password"
        auth = ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"]
        self._run("initdb", "-D", self._data, "-U", OWNER, "-E", "UTF8", "--no-sync", *auth)
        self.restart_after_crash()

    def restart_after_crash(self) -> None:
        """Start the cluster again, on the port it had."""
        for _ in range(5):
            self.port = self.port or free_port()
            options = f"-p {self.port} -k {self.folder} -h 127.0.0.1 {OPTIONS}"
            log = str(self.folder / "log")
            if self._run("pg_ctl", "-D", self._data, "-w", "-l", log, "-o", options, "start", check=False):
                return
            self.port = 0
        raise RuntimeError(f"starting PostgreSQL in {self.folder}: see its log")

    def crash(self) -> None:
        """End every process of the cluster at once, without a checkpoint."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop", check=False)

    def stop(self) -> None:
        """End the cluster and remove it."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, template: str = "template1") -> str:
        """Make a database, as a copy of `template`, and return its name."""
        name = f"test_{next(self.serial)}"
        self._run("createdb", *self._connection, "-T", template, name)
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run("dropdb", *self._connection, "--force", "--if-exists", name)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @property
    def _connection(self) -> list[str]:
        return ["-h", str(self.folder), "-p", str(self.port), "-U", OWNER]

    def _hand_over(self) -> None:
        (self.folder / "password").write_text(self.password)
        drop = _unprivileged()
        if drop:
            for path in (self.folder, self.folder / "password"):
                os.chown(path, drop["user"], drop["group"])  # type: ignore[arg-type]

    def _run(self, program: str, *arguments: str, check: bool = True) -> bool:
        folder = find()
        assert folder is not None
        done = subprocess.run(
            [str(folder / program), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            # pg_ctl leaves a server behind that would hold a pipe open for ever
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            timeout=90,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            **_unprivileged(),  # type: ignore[call-overload]
        )
        if check and done.returncode:
            raise RuntimeError(f"running {program} of PostgreSQL: {(done.stderr or b'').decode().strip()}")
        return bool(done.returncode == 0)
