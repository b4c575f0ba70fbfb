"""The checklists of CONTRIBUTING.md are complete: one place, one line, and nothing else is needed."""

import re
from pathlib import Path

import pytest

from adapters import agents, runners
from adapters.platforms import PLATFORMS
from bot.commands import COMMANDS
from models.source import SourceType
from tests.house.tree import ROOT, literals, names_used, product_modules, syntax, tracked

# `SourceType` and `GithubResolverJob` are given names; a logger is named by its library.
SPEAK_OF_PLATFORMS = {"models/source.py", "models/job.py", "adapters/telemetry.py"}
INTERNAL = {"openhands"}


def modules_in(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}


def folders_in(folder: str) -> set[str]:
    return {path.parent.name for path in (ROOT / folder).glob("*/__init__.py")}


def test_each_platform_is_one_folder_and_one_line() -> None:
    assert folders_in("adapters/platforms") == set(PLATFORMS)


def test_each_command_is_one_file_and_one_word() -> None:
    assert modules_in("bot/commands") == set(COMMANDS)
    assert {name: spec.name for name, spec in COMMANDS.items()} == {name: name for name in COMMANDS}


def test_each_agent_is_one_file_and_one_line() -> None:
    assert modules_in("adapters/agents") == set(agents.AGENTS)


def test_each_runner_is_one_file_and_one_line() -> None:
    assert modules_in("adapters/runners") == set(runners.RUNNERS)


def named_in(path: Path) -> list[str]:
    """Every place of a module that decides by a platform's name: `"github"`, `SourceType.GITHUB`."""
    names = {source.value for source in SourceType} - INTERNAL
    module = syntax(path)
    texts = [f"{path}:{line}: {text!r}" for line, text in literals(module) if text.lower() in names]
    members = {f"SourceType.{source.name}" for source in SourceType if source.value in names}
    return texts + [f"{path}: {name}" for name in names_used(module) if name in members]


def test_nobody_decides_by_a_platforms_name_but_the_platform() -> None:
    elsewhere = [
        place
        for path in product_modules()
        if not path.as_posix().startswith(("adapters/platforms/", "playground/"))
        and path.as_posix() not in SPEAK_OF_PLATFORMS
        for place in named_in(path)
    ]
    assert elsewhere == []


def test_a_decision_by_name_is_seen() -> None:
    assert named_in(Path("models/job.py")) != []


def test_each_command_has_a_test_that_names_it() -> None:
    tests = [
        ROOT / path for path in tracked(".py") if path.parts[0] == "tests" and path.name.startswith("test_")
    ]
    files = {
        path.stem.removeprefix("test_")
        for path in tests
        if path.parent == ROOT / "tests" / "bot" / "commands"
    }
    functions = " ".join(
        re.findall(r"def (test_\w+)", "\n".join(path.read_text() for path in tests if "bot" in path.parts))
    )
    missing = [name for name in COMMANDS if name not in files and not re.search(rf"_{name}(_|\b)", functions)]
    assert missing == []


@pytest.mark.parametrize("name", PLATFORMS)
def test_each_platform_has_recorded_deliveries_of_its_own(name: str) -> None:
    recorded = [path for path in tracked(".json") if Path("tests") in path.parents and name in path.parts]
    assert len(recorded) >= 3


def test_the_checklists_are_in_the_guide() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    headings = [
        "A platform is one folder and one line",
        "A command is one file and one word",
        "An agent or runner is one file and one line",
    ]
    assert [heading for heading in headings if f"\n## {heading}\n" not in guide] == []
