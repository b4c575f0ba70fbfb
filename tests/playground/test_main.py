"""`python -m playground` as people start it."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from playground.__main__ import read_arguments, read_options, read_slack_options


def start(tmp_path: Path, *arguments: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    command = [sys.executable, "-m", "playground", "--data", str(tmp_path / "data"), *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, json.loads(process.stdout.readline())


@pytest.mark.parametrize("ending", ["sigterm", "stdin"])
def test_it_serves_until_told_to_stop(tmp_path: Path, ending: str) -> None:
    process, ready = start(tmp_path, "--seed", "7", "--exit-with-stdin")
    with process:
        people = json.loads(Path(ready["tokens_file"]).read_text())
        assert Path(ready["tokens_file"]).stat().st_mode & 0o077 == 0
        headers = {"Authorization": f"Bearer {people['bot']['token']}"}
        user = httpx.get(f"{ready['api_url']}/user", headers=headers).json()
        assert (user["login"], user["id"]) == (people["bot"]["login"], people["bot"]["id"])
        assert len(ready["repositories"]) == 3
        if ending == "sigterm":
            process.send_signal(signal.SIGTERM)
        else:
            assert process.stdin
            process.stdin.close()
        assert process.wait(20) == 0


def test_the_secret_comes_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    chosen = read_arguments(["--webhook-url", "http://127.0.0.1:9/", "--webhook-secret-file", str(secret)])
    options = read_options(chosen)
    assert (options.hook_url, options.hook_secret) == ("http://127.0.0.1:9/", "s3cret")


def test_slack_starts_beside_github_with_the_same_people(tmp_path: Path) -> None:
    process, ready = start(tmp_path, "--seed", "7", "--exit-with-stdin")
    with process:
        slack, people = ready["slack"], json.loads(Path(ready["tokens_file"]).read_text())
        headers = {"Authorization": f"Bearer {slack['bot_token']}"}
        who = httpx.post(f"{slack['api_url']}auth.test", headers=headers).json()
        assert (who["ok"], who["team_id"], who["user_id"]) == (
            True,
            slack["team"]["id"],
            slack["bot_user"]["id"],
        )
        assert slack["people"]["writer"]["name"] == people["writer"]["login"]
        assert httpx.get(f"{slack['control_url']}/routes").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_slacks_secret_comes_from_a_file_too(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("sl4ck\n")
    argv = ["--slack-events-url", "http://127.0.0.1:9/", "--slack-signing-secret-file", str(secret)]
    options = read_slack_options(read_arguments(argv))
    assert (options.events_url, options.signing_secret, options.is_socket_mode) == (
        "http://127.0.0.1:9/",
        "sl4ck",
        None,
    )
