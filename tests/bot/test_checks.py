"""Which checks a repository wants."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot import checks
from bot.errors import JobFailed
from models.job import Failure


def runs(texts: dict[str, str]) -> list[str]:
    return [step.run for step in checks.find(texts).steps]


def test_the_repositorys_own_file_decides() -> None:
    text = "setup: pip install -e .\nrun: [ruff check ., pytest -q]\ntimeout: 20m\n"
    found = checks.find({".bellhop.yml": text, "go.mod": "module x"})
    assert found.source == ".bellhop.yml"
    assert [step.run for step in found.setup] == ["pip install -e ."]
    assert [step.run for step in found.steps] == ["ruff check .", "pytest -q"]
    assert found.timeout_seconds == 1200


def test_a_step_may_have_a_name() -> None:
    [step] = checks.find({".bellhop.yml": "run:\n  - name: tests\n    run: |\n      a\n      b\n"}).steps
    assert (step.name, step.run) == ("tests", "a\nb\n")


def test_a_long_command_is_called_by_its_first_line() -> None:
    [step] = checks.find({".bellhop.yml": "run: |\n  first\n  second\n"}).steps
    assert step.name == "first"


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "run: []\n"])
def test_an_empty_file_means_no_checks(text: str) -> None:
    found = checks.find({".bellhop.yml": text, "go.mod": "module x"})
    assert (found.source, found.steps) == (".bellhop.yml", ())


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("run: x\nsetpu: y\n", 2, "did you mean `setup`?"),
        ("run: x\n\n\nzzz: y\n", 4, "unknown key `zzz`"),
        ("run:\n  - x\n  - [y]\n", 3, "`run` must be a command"),
        ("run:\n  - name: tests\n    runn: x\n", 3, "did you mean `run`?"),
        ("run:\n  - name: tests\n", 2, "`run` must be a command"),
        ("run: ''\n", 1, "`run` must be a command"),
        ("run: x\nrun: y\n", 2, "twice"),
        ("timeout: soon\n", 1, "`timeout` must be a duration"),
        ("timeout: 7h\n", 1, "`timeout` must be a duration"),
        ("timeout: 0\n", 1, "`timeout` must be a duration"),
        ("- a\n- b\n", 1, "expected `setup`"),
        ("run: [a\nb: c", 2, "not YAML"),
        ("run: &a [*a]\n", 1, "`run` must be a command"),
        ("run: " + "[" * 5000, 1, ""),
        ("a: b\x00\n", 1, "not YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(JobFailed) as caught:
        checks.find({".bellhop.yml": text})
    assert caught.value.failure is Failure.SETUP
    assert said in str(caught.value)
    assert f"reading `.bellhop.yml`, line {line}: " in str(caught.value)


def test_a_key_called_on_or_a_tag_is_never_executed() -> None:
    with pytest.raises(JobFailed):
        checks.find({".bellhop.yml": "on: x\n"})
    assert runs({".bellhop.yml": "run: !!python/object/apply:os.system x\n"}) == ["x"]


@pytest.mark.parametrize(
    ("texts", "run", "source"),
    [
        ({"pyproject.toml": "[tool.pytest.ini_options]"}, "python3 -m pytest -q", "pyproject.toml"),
        (
            {"requirements-dev.txt": "pytest>=8\n", "tests/test_a.py": "import unittest"},
            "python3 -m pytest -q",
            "requirements-dev.txt",
        ),
        ({"tests/test_a.py": "import pytest\n"}, "python3 -m pytest -q", "tests/test_a.py"),
        (
            {"tests/__init__.py": "", "tests/test_a.py": "import unittest\n"},
            "python3 -m unittest discover -v",
            "tests/test_a.py",
        ),
        (
            {"tests/test_a.py": "import unittest\n"},
            "python3 -m unittest discover -v -s tests",
            "tests/test_a.py",
        ),
        ({"test_a.py": "import unittest\n"}, "python3 -m unittest discover -v", "test_a.py"),
        ({"package.json": '{"scripts": {"test": "jest"}}'}, "npm test", "package.json"),
        ({"go.mod": "module x"}, "go test ./...", "go.mod"),
        ({"Cargo.toml": ""}, "cargo test", "Cargo.toml"),
        ({"Makefile": "all:\n\techo\ntest: all\n\techo\n"}, "make test", "Makefile"),
    ],
)
def test_without_one_the_files_tell(texts: dict[str, str], run: str, source: str) -> None:
    found = checks.find(texts)
    assert [step.run for step in found.steps] == [run]
    assert found.source == f"detected from {source}"


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"README.md": "go test ./..."},
        {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
        {"package.json": "{"},
        {"package.json": '{"scripts": []}'},
        {"package.json": "[" * 100_000},
        {"Makefile": "test := 1\nlatest:\n\techo\n"},
        {"pyproject.toml": "[project]"},
    ],
)
def test_nothing_found_is_said(texts: dict[str, str]) -> None:
    found = checks.find(texts)
    assert (found.source, found.steps) == ("nothing found to run", ())


def test_detected_commands_really_run_what_is_there(tmp_path: Path) -> None:
    case = "import unittest\nclass T(unittest.TestCase):\n    def test_it(self): self.assertTrue(True)\n"
    for layout in (
        {"tests/test_a.py": case},
        {"tests/__init__.py": "", "tests/test_a.py": case},
        {"test_a.py": case},
    ):
        root = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, text in layout.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        [run] = runs(layout)
        command = run.replace("python3", sys.executable).split()
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, checks.count(done.stderr)) == (0, (1, 0)), (layout, done.stderr)
