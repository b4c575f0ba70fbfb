"""Every seeded bug is real: its tests fail, and pass after its fix."""

import subprocess
import sys
from pathlib import Path

import pytest

from playground.seeds.catalog import Bug, _fill, _templates, draw_bugs, draw_cast

BUGS = [str(template["name"]) for template in _templates()]


def bug_named(name: str) -> Bug:
    import random

    template = next(template for template in _templates() if template["name"] == name)
    return _fill(template, random.Random(name), draw_cast(1))


def run_tests(folder: Path, bug: Bug) -> int:
    arguments = bug.test_command.split()
    assert arguments[0] == "python3"
    done = subprocess.run(
        [sys.executable, "-B", *arguments[1:]], cwd=folder, capture_output=True, timeout=60, check=False
    )
    return done.returncode


@pytest.mark.parametrize("name", BUGS)
def test_the_tests_fail_until_the_bug_is_mended(tmp_path: Path, name: str) -> None:
    bug = bug_named(name)
    for path, text in bug.files.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    assert run_tests(tmp_path, bug) == 1
    for edit in bug.fix:
        target = tmp_path / edit.path
        assert target.read_text().count(edit.find) == 1
        target.write_text(target.read_text().replace(edit.find, edit.replace))
    assert run_tests(tmp_path, bug) == 0


def test_a_seed_decides_everything() -> None:
    assert draw_cast(5) == draw_cast(5)
    assert draw_bugs(5, draw_cast(5)) == draw_bugs(5, draw_cast(5))
    assert draw_cast(5) != draw_cast(6)
    assert draw_bugs(5, draw_cast(5)) != draw_bugs(6, draw_cast(6))


@pytest.mark.parametrize("seed", range(1, 30))
def test_logins_and_repositories_are_unique(seed: int) -> None:
    cast = draw_cast(seed)
    logins = [login for login, _ in cast.people.values()]
    assert len(set(logins)) == len(logins) == 7
    names = [bug.repository for bug in draw_bugs(seed, cast)]
    assert len(set(names)) == len(names) == 3
