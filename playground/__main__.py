"""`python -m playground`: serve the pretend GitHub and the pretend Slack until told to stop.

Prints one JSON line when ready: addresses, the file with everybody's tokens (readable by the owner only), repositories,
and below `slack` what an app of that workspace needs.
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
from playground.slack.server import Options as SlackOptions
from playground.slack.server import SlackPlayground

TOKENS_FILE = "tokens.json"
APPS_FILE = "apps.json"


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """The command line; secrets come in files, never here."""
    parser = argparse.ArgumentParser(
        prog="python -m playground", description="Serve a pretend GitHub and Slack."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--data", type=Path, default=Path("playground-data"), help="folder for git and tokens"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="varies people, repositories, bugs, ids; 0 is empty"
    )
    parser.add_argument("--rate-limit", type=int, default=5000, help="requests an hour for each person")
    parser.add_argument("--app-url", help="an app with a door for each platform: /webhooks/NAME")
    parser.add_argument(
        "--app-secret-file", type=Path, help="file with the secret that signs what goes there"
    )
    parser.add_argument("--webhook-url", help="where every repository's webhook points")
    parser.add_argument("--webhook-secret-file", type=Path, help="file with the secret that signs webhooks")
    parser.add_argument(
        "--oauth-callback-url", help="registers an OAuth app that sends people back there; see --app-url"
    )
    parser.add_argument("--slack-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--slack-events-url", help="where Slack sends events, interactions and commands")
    parser.add_argument("--slack-signing-secret-file", type=Path, help="file with the secret that signs them")
    parser.add_argument("--slack-socket-mode", action="store_true", help="send them over sockets only")
    parser.add_argument("--log-format", choices=logs.FORMATS, default="console", help="on standard error")
    parser.add_argument("--exit-with-stdin", action="store_true", help="also stop when standard input ends")
    return parser.parse_args(arguments)


def read_options(chosen: argparse.Namespace) -> Options:
    """The server's options from the command line."""
    secret = _read_secret(chosen.webhook_secret_file or chosen.app_secret_file)
    url = chosen.webhook_url or _door(chosen, "github")
    callback = chosen.oauth_callback_url or chosen.app_url
    return Options(chosen.seed, chosen.host, chosen.port, chosen.rate_limit, url, secret, callback)


def read_slack_options(chosen: argparse.Namespace) -> SlackOptions:
    """The same seed: the same people. Without a socket or an address Slack has nowhere to send to."""
    return SlackOptions(
        chosen.seed,
        chosen.host,
        chosen.slack_port,
        chosen.slack_events_url or _door(chosen, "slack"),
        _read_secret(chosen.slack_signing_secret_file or chosen.app_secret_file),
        True if chosen.slack_socket_mode else None,
    )


def _door(chosen: argparse.Namespace, platform: str) -> str | None:
    return f"{chosen.app_url}/webhooks/{platform}" if chosen.app_url else None


def _read_secret(file: Path | None) -> str | None:
    return file.read_text(encoding="utf-8").strip() if file else None


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


def describe(playground: GithubPlayground, slack: SlackPlayground, tokens_file: Path) -> dict[str, Any]:
    """The line that says both servers are ready; what is on top is GitHub's."""
    return {
        "url": playground.url,
        "api_url": playground.api_url,
        "control_url": playground.control_url,
        "tokens_file": str(tokens_file.absolute()),
        "scripts": str(write_scripts(playground.options.seed, tokens_file.parent / "scripts").absolute()),
        "cast": playground.cast,
        "repositories": [repository.full_name for repository in playground.world.store.repositories.values()],
        "chat_url": slack.describe()["control_url"],
        "slack": slack.describe(),
        "apps_file": str(write_apps(playground, slack, tokens_file.parent).absolute()),
    }


def write_apps(playground: GithubPlayground, slack: SlackPlayground, folder: Path) -> Path:
    """Platform -> what an app is given there when it is registered; the path of the file."""
    told = slack.describe()
    apps = {
        "github": {
            "api_url": playground.api_url,
            "token": playground.token(playground.cast["bot"]),
            "webhook_secret": playground.options.hook_secret or "",
            **_client(playground),
        },
        "slack": {name: told[name] for name in ("api_url", "bot_token", "signing_secret")},
    }
    path = folder / APPS_FILE
    path.touch(mode=0o600)
    path.write_text(json.dumps(apps, indent=2), encoding="utf-8")
    return path


def _client(playground: GithubPlayground) -> dict[str, str]:
    client = playground.world.client
    return {"app_client_id": client.client_id, "app_client_secret": client.client_secret} if client else {}


async def serve(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM, SIGINT or, if asked, the end of standard input."""
    chosen.data.mkdir(parents=True, exist_ok=True)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    github = GithubPlayground(chosen.data, read_options(chosen))
    async with github, SlackPlayground(read_slack_options(chosen)) as slack:
        print(json.dumps(describe(github, slack, write_tokens(github, chosen.data))), flush=True)
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
