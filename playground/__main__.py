"""`python -m playground`: serve the pretend GitHub until told to stop.

Prints one JSON line when ready: addresses, the file with everybody's tokens (readable by the owner only), repositories.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from playground import logs
from playground.github.server import GithubPlayground, Options
from playground.rehearsal import write_scripts

TOKENS_FILE = "tokens.json"


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """The command line; secrets come in files, never here."""
    parser = argparse.ArgumentParser(prog="python -m playground", description="Serve a pretend GitHub.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--data", type=Path, default=Path("playground-data"), help="folder for git and tokens"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="varies people, repositories, bugs, ids; 0 is empty"
    )
    parser.add_argument("--rate-limit", type=int, default=5000, help="requests an hour for each person")
    parser.add_argument("--webhook-url", help="where every repository's webhook points")
    parser.add_argument("--webhook-secret-file", type=Path, help="file with the secret that signs webhooks")
    parser.add_argument("--log-format", choices=logs.FORMATS, default="console", help="on standard error")
    parser.add_argument("--exit-with-stdin", action="store_true", help="also stop when standard input ends")
    return parser.parse_args(arguments)


def read_options(chosen: argparse.Namespace) -> Options:
    """The server's options from the command line."""
    secret_file: Path | None = chosen.webhook_secret_file
    secret = secret_file.read_text(encoding="utf-8").strip() if secret_file else None
    return Options(chosen.seed, chosen.host, chosen.port, chosen.rate_limit, chosen.webhook_url, secret)


def write_tokens(playground: GithubPlayground, folder: Path) -> Path:
    """Role -> login, id and token, for whoever plays; the path of the file."""
    store = playground.world.store
    people = {}
    for role, login in playground.cast.items():
        people[role] = {"login": login, "id": store.users[login.lower()].id, "token": playground.token(login)}
    path = folder / TOKENS_FILE
    path.touch(mode=0o600)
    path.write_text(json.dumps(people, indent=2), encoding="utf-8")
    return path


def describe(playground: GithubPlayground, tokens_file: Path) -> dict[str, Any]:
    """The line that says the server is ready."""
    return {
        "url": playground.url,
        "api_url": playground.api_url,
        "control_url": playground.control_url,
        "tokens_file": str(tokens_file.absolute()),
        "scripts": str(write_scripts(playground.options.seed, tokens_file.parent / "scripts").absolute()),
        "cast": playground.cast,
        "repositories": [repository.full_name for repository in playground.world.store.repositories.values()],
    }


async def serve(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM, SIGINT or, if asked, the end of standard input."""
    chosen.data.mkdir(parents=True, exist_ok=True)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with GithubPlayground(chosen.data, read_options(chosen)) as playground:
        print(json.dumps(describe(playground, write_tokens(playground, chosen.data))), flush=True)
        watching = asyncio.create_task(_watch_input(stopping)) if chosen.exit_with_stdin else None
        await stopping.wait()
        if watching:
            watching.cancel()


async def _watch_input(stopping: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass
    stopping.set()


if __name__ == "__main__":
    arguments = read_arguments(sys.argv[1:])
    logs.set_up(arguments.log_format)
    asyncio.run(serve(arguments))
