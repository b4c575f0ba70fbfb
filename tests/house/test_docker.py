"""The image and the composition name only what there is: no Docker is needed to see that."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
import yaml

from adapters.storage import open_storage
from app import COMMANDS
from bot.settings import Settings
from handlers.routes import ROUTES
from tests.house.tree import ROOT
from tests.services.ports import free_port

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
STEPS = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
COMPOSITION: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SETTINGS = {f"BELLHOP_{name.upper()}" for name in Settings.model_fields}
OURS = ("app", "worker")


def arguments(step: str) -> list[list[str]]:
    """What follows each `step` of the Dockerfile, in words."""
    return [line.split()[1:] for line in STEPS if line.split()[0] == step]


def environment() -> dict[str, str]:
    [words] = arguments("ENV")
    return dict(word.split("=", 1) for word in words)


def json_of(step: str) -> list[str]:
    [line] = [line for line in STEPS if line.startswith(step)]
    found: list[str] = json.loads(line[line.index("[") :])
    return found


def copied() -> set[str]:
    """What the build takes from this repository."""
    return {name for words in arguments("COPY") if not words[0].startswith("--") for name in words[:-1]}


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied() == allowed


def test_all_that_is_installed_is_copied() -> None:
    wanted = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    folders = {
        path.name for path in ROOT.iterdir() if path.is_dir() and any(fnmatch(path.name, w) for w in wanted)
    }
    modules = {f"{name}.py" for name in PROJECT["tool"]["setuptools"]["py-modules"]}
    about = {PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}
    assert folders | modules | about | {"pyproject.toml", "constraints.txt"} == copied()


def test_the_program_and_its_commands_exist() -> None:
    *_, program = json_of("ENTRYPOINT")
    assert program in PROJECT["project"]["scripts"]
    commands = [json_of("CMD")] + [COMPOSITION["services"][name]["command"] for name in OURS]
    assert [command for command in commands if command[0] not in COMMANDS] == []


def test_settings_that_are_set_exist() -> None:
    given = [environment()] + [COMPOSITION["services"][name]["environment"] for name in OURS]
    named = {name for each in given for name in each if name.startswith("BELLHOP_")}
    assert named - SETTINGS == set()
    assert {"BELLHOP_DATABASE_URL", "BELLHOP_REDIS_URL", "BELLHOP_DATA_DIR", "BELLHOP_HOST"} <= named


def test_the_data_folder_is_the_volume_and_its_user_s() -> None:
    """A volume takes its owner from the folder in the image; one that is not there becomes root's."""
    folder = environment()["BELLHOP_DATA_DIR"]
    [[user]], [[volume]] = arguments("USER"), arguments("VOLUME")
    assert volume == folder
    made = rf"install --directory --owner={user} --group={user} --mode=700 {re.escape(folder)}"
    assert re.search(made, DOCKERFILE[: DOCKERFILE.index("\nUSER ")])


@pytest.mark.parametrize("name", OURS)
def test_the_databases_of_the_composition_are_services_of_it(name: str) -> None:
    given = COMPOSITION["services"][name]["environment"]
    filled = {key: re.sub(r"\$\{(\w+):[^}]*\}", "a-password", value) for key, value in given.items()}
    settings = Settings.model_validate(
        {key.removeprefix("BELLHOP_").lower(): value for key, value in filled.items()}
    )
    assert not settings.is_single_host
    open_storage(settings.database)
    hosts = {
        url.partition("@")[2].partition(":")[0]
        for url in (filled["BELLHOP_DATABASE_URL"], filled["BELLHOP_REDIS_URL"])
    }
    assert hosts <= set(COMPOSITION["services"])
    assert hosts == set(COMPOSITION["services"][name]["depends_on"])


def test_volumes_and_ports_agree() -> None:
    used = {
        mount.partition(":")[0]
        for each in COMPOSITION["services"].values()
        for mount in each.get("volumes", ())
    }
    assert used == set(COMPOSITION["volumes"])
    [port] = arguments("EXPOSE")[0]
    assert int(port) == Settings.model_fields["port"].default
    assert COMPOSITION["services"]["app"]["ports"] == [f"127.0.0.1:{port}:{port}"]


class Health(BaseHTTPRequestHandler):
    """Answers as it is told, and notes what was asked."""

    status = 200
    asked: ClassVar[list[str]]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_asks_our_own_port_whatever_proxy_there_is(status: int, code: int) -> None:
    [line] = [line for line in STEPS if line.startswith("HEALTHCHECK")]
    program, *rest = json.loads(line[line.index("[") :])
    assert program == "python"
    Health.status, Health.asked = status, []
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        Thread(target=server.handle_request, daemon=True).start()
        given = os.environ | {"BELLHOP_PORT": str(server.server_port), "http_proxy": "http://127.0.0.1:9"}
        assert subprocess.run([sys.executable, *rest], env=given, check=False, timeout=20).returncode == code
    assert Health.asked == ["/healthz"]
    assert "/healthz" in {route.path for route in ROUTES}


def test_the_health_check_fails_when_nobody_listens() -> None:
    [line] = [line for line in STEPS if line.startswith("HEALTHCHECK")]
    _, *rest = json.loads(line[line.index("[") :])
    given = os.environ | {"BELLHOP_PORT": str(free_port())}
    done = subprocess.run([sys.executable, *rest], env=given, check=False, timeout=20, capture_output=True)
    assert done.returncode == 1
