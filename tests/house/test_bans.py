"""Words, imports and sizes the house does without. Each rule has a case that breaks it."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, kept, names_used, product_modules, syntax, tracked

LONGEST_MODULE_LINES = 300
ENVIRONMENT = re.compile(r"^os\.(environb?|getenvb?|putenv|unsetenv)\b")
MOCK = re.compile(r"^(unittest\.mock|mock)\b")
# The demo is a program of its own: it reads SEED, and hands the app it starts an environment without settings.
READERS_OF_THE_ENVIRONMENT = {"bot/settings.py", "playground/demo.py"}
VAGUE_MODULES = {"utils", "util", "helpers", "helper", "common", "misc"}
VAGUE_CLASSES = re.compile(r"(Manager|Processor|Helper|Util|Utils)$")


def reads_environment(module: ast.Module) -> bool:
    return any(ENVIRONMENT.match(name) for name in names_used(module))


def uses_mock(module: ast.Module) -> bool:
    return any(MOCK.match(name) for name in names_used(module))


def vague_classes(module: ast.Module) -> list[str]:
    classes = [node.name for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    return [name for name in classes if VAGUE_CLASSES.search(name)]


@pytest.mark.parametrize(
    "code", ["import os\nos.environ['A']", "from os import environ", "import os\nos.getenv('A')"]
)
def test_a_reader_of_the_environment_is_seen(code: str) -> None:
    assert reads_environment(ast.parse(code))


@pytest.mark.parametrize(
    "code", ["from unittest import mock", "import unittest.mock", "from unittest.mock import patch"]
)
def test_a_mock_is_seen(code: str) -> None:
    assert uses_mock(ast.parse(code))


def test_only_the_settings_read_the_environment() -> None:
    readers = {path.as_posix() for path in product_modules() if reads_environment(syntax(path))}
    assert readers <= READERS_OF_THE_ENVIRONMENT


def test_nobody_mocks() -> None:
    assert [str(path) for path in tracked(".py") if uses_mock(syntax(path))] == []


def test_no_module_is_longer_than_a_read() -> None:
    lengths = {
        str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in tracked(".py")
    }
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE_LINES} == {}


def test_modules_and_classes_are_called_by_what_they_are() -> None:
    assert [str(path) for path in tracked(".py") if path.stem in VAGUE_MODULES] == []
    assert {str(path): vague for path in tracked(".py") if (vague := vague_classes(syntax(path)))} == {}


def test_a_vague_name_is_seen() -> None:
    assert vague_classes(ast.parse("class JobManager: ...")) == ["JobManager"]


def test_no_file_in_the_tree_is_a_copy_of_a_virtual_environment_or_a_database() -> None:
    assert [
        path
        for path in tracked()
        if path.suffix in {".db", ".pyc", ".so", ".whl"} or Path(".venv") in path.parents
    ] == []


def test_nothing_kept_is_a_link() -> None:
    """A link leads elsewhere on another machine; one called `.venv` replaced everybody's environment once."""
    assert [str(path) for path in kept() if (ROOT / path).is_symlink()] == []
