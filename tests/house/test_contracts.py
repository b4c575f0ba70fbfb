"""Imports point down, and each contract of `pyproject.toml` breaks when they do not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

PACKAGES = ("bot", "handlers", "adapters", "models", "jobs", "playground")

# contract, module that misbehaves, what it should not import
BREACHES = [
    ("layers", "models/base.py", "import bot.ports"),
    ("layers", "bot/ports.py", "import adapters.storage"),
    ("layers", "handlers/__init__.py", "import jobs"),
    ("layers", "jobs/__init__.py", "import adapters"),
    ("layers", "adapters/__init__.py", "import handlers"),
    ("app", "handlers/__init__.py", "import app"),
    ("playground", "playground/__init__.py", "import bot"),
    ("no-playground", "jobs/__init__.py", "import playground"),
    ("pure", "bot/ports.py", "import subprocess"),
    ("pure", "models/base.py", "import sqlalchemy"),
    ("platforms", "adapters/platforms/elsewhere/__init__.py", "import adapters.platforms.github"),
    ("agents", "adapters/agents/elsewhere.py", "import adapters.agents.another"),
    ("runners", "adapters/runners/elsewhere.py", "import adapters.runners.another"),
    ("commands", "bot/commands/elsewhere.py", "import bot.commands.another"),
    ("home-of-rq", "handlers/__init__.py", "import rq"),
    ("home-of-sql", "jobs/__init__.py", "from sqlalchemy import text"),
    ("home-of-sql", "adapters/git.py", "import sqlite3"),
    ("home-of-redis", "adapters/git.py", "import redis"),
    ("home-of-pygithub", "jobs/__init__.py", "import github"),
    ("home-of-slack-sdk", "handlers/__init__.py", "import slack_sdk"),
    ("acyclic", "models/base.py", "import models.message"),
]


def lint_imports(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(program), "--no-logo", "--no-cache", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def write(module: Path, line: str) -> None:
    module.parent.mkdir(parents=True, exist_ok=True)
    (module.parent / "__init__.py").touch()
    with module.open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")


def test_every_contract_is_kept() -> None:
    linted = lint_imports(ROOT)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(("contract", "module", "line"), BREACHES)
def test_a_breach_is_seen(tmp_path: Path, contract: str, module: str, line: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "app.py").touch()
    write(tmp_path / Path(module).parent / "another.py", "")
    write(tmp_path / module, line)
    linted = lint_imports(tmp_path, "--contract", contract)
    assert linted.returncode == 1
    assert "1 broken" in linted.stdout, linted.stdout + linted.stderr
