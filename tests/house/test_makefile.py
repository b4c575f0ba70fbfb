"""`make` explains itself, and the files beside it are sound."""

import os
import re
import subprocess

import pytest

from tests.house.tree import ROOT

PROMISED = {"help", "install", "run", "demo", "test", "test-all", "lint", "fix", "bench"}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def make(*arguments: str) -> str:
    # What an outer make hands down (-n, -j, its directory) is not ours.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=inherited, check=True, capture_output=True, text=True, timeout=60
    ).stdout


def test_the_promised_targets_exist() -> None:
    assert targets() >= PROMISED


def test_make_alone_is_help_and_help_lists_every_target() -> None:
    listed = set(re.findall(r"^  make ([a-z-]+) +\S", make(), re.MULTILINE))
    assert listed == targets()
    assert make("help") == make()


def test_every_target_is_phony() -> None:
    phony = set(re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert phony == targets()


@pytest.mark.parametrize(("shell", "script"), [("sh", ".ci/install"), ("bash", ".ci/run")])
def test_the_scripts_parse_and_can_be_run(shell: str, script: str) -> None:
    subprocess.run([shell, "-n", script], cwd=ROOT, check=True, timeout=20)
    assert os.access(ROOT / script, os.X_OK)


def test_the_unattended_check_runs_everything() -> None:
    steps = (ROOT / ".ci/run").read_text()
    assert [
        step
        for step in ("lint", "test", "test-all")
        if not re.search(rf"make .*\b{step}$", steps, re.MULTILINE)
    ] == []
