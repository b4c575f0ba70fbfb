"""Which checks a repository wants: what its `.bellhop.yml` says, else what its files suggest, else none.

Pure: a mapping of file names to their text goes in, `Checks` come out, always with where they were found.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import yaml

from bot.counts import Counts, count
from bot.errors import JobFailed
from models.job import Failure
from models.pipeline import Checks, CheckStep

__all__ = ["LOOKED_AT", "Counts", "count", "find"]

CONFIGURATION = ".bellhop.yml"
#: What to read of a repository to decide; `*` matches across folders.
LOOKED_AT = (
    CONFIGURATION, "pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", "conftest.py", "tests/conftest.py",
    "requirements*.txt", "package.json", "go.mod", "Cargo.toml", "Makefile", "test_*.py", "tests/*.py", "test/*.py",
    "*/test_*.py",
)  # fmt: skip
KEYS = ("setup", "run", "timeout")
STEP_KEYS = ("name", "run")
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h)?")
UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}
LONGEST_SECONDS = 6 * 3600.0
MOST_STEPS = 50

READING = "reading `{file}`, line {line}: {what}"
UNKNOWN = "unknown key `{key}`"
NEAREST = "; did you mean `{nearest}`?"
NOT_YAML = "this is not YAML ({problem})"
NOT_A_MAPPING = "expected `setup`, `run` or `timeout`"
NOT_STEPS = "`{key}` must be a command or a list of commands"
TOO_MANY = "`{key}` has more than {most} commands"
NOT_A_DURATION = "`timeout` must be a duration such as `90s`, `20m` or `1h`, at most 6h"
TWICE = "`{key}` is there twice"
NOTHING = "nothing found to run"


def find(texts: Mapping[str, str]) -> Checks:
    """The checks of a repository whose files hold `texts`. Raises JobFailed(SETUP) with the line of what is wrong."""
    if CONFIGURATION in texts:
        return _configured(texts[CONFIGURATION])
    return _detected(texts) or Checks(source=NOTHING)


def _wrong(line: int, what: str) -> JobFailed:
    return JobFailed(Failure.SETUP, READING.format(file=CONFIGURATION, line=line, what=what))


def _configured(text: str) -> Checks:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise _wrong(mark.line + 1 if mark else 1, NOT_YAML.format(problem=problem)) from None
    if root is None:
        return Checks(source=CONFIGURATION)
    found = _mapping(root, KEYS)
    given: dict[str, Any] = {"source": CONFIGURATION}
    if "timeout" in found:
        given["timeout_seconds"] = _seconds(found["timeout"])
    for key, field in (("setup", "setup"), ("run", "steps")):
        if key in found:
            given[field] = _steps(key, found[key])
    return Checks(**given)


def _mapping(node: yaml.Node, keys: tuple[str, ...]) -> dict[str, yaml.Node]:
    """The node's entries, each known and there once."""
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(node.start_mark.line + 1, NOT_A_MAPPING)
    found: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1, cutoff=0.5)
            raise _wrong(line, UNKNOWN.format(key=key) + (NEAREST.format(nearest=near[0]) if near else ""))
        if key in found:
            raise _wrong(line, TWICE.format(key=key))
        found[key] = value
    return found


def _steps(key: str, node: yaml.Node) -> tuple[CheckStep, ...]:
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if len(items) > MOST_STEPS:
        raise _wrong(node.start_mark.line + 1, TOO_MANY.format(key=key, most=MOST_STEPS))
    return tuple(_step(key, item) for item in items)


def _step(key: str, node: yaml.Node) -> CheckStep:
    if isinstance(node, yaml.MappingNode):
        found = _mapping(node, STEP_KEYS)
        run = _command(key, found.get("run", node))
        return CheckStep(name=_command(key, found["name"]) if "name" in found else _name(run), run=run)
    run = _command(key, node)
    return CheckStep(name=_name(run), run=run)


def _command(key: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip() or "\0" in node.value:
        raise _wrong(node.start_mark.line + 1, NOT_STEPS.format(key=key))
    return str(node.value)


def _name(run: str) -> str:
    """A command is called by its first line."""
    first = run.strip().splitlines()[0]
    return first if len(first) <= 60 else f"{first[:59]}…"


def _seconds(node: yaml.Node) -> float:
    match = DURATION.fullmatch(str(node.value).strip()) if isinstance(node, yaml.ScalarNode) else None
    seconds = float(match[1]) * UNIT_SECONDS[match[2]] if match else math.nan
    if not 0 < seconds <= LONGEST_SECONDS:
        raise _wrong(node.start_mark.line + 1, NOT_A_DURATION)
    return seconds


def _detected(texts: Mapping[str, str]) -> Checks | None:
    """What the files suggest. The first of these that fits decides."""
    found = _python(texts) or _node(texts)
    if found is None and "go.mod" in texts:
        found = "go.mod", "go test ./..."
    if found is None and "Cargo.toml" in texts:
        found = "Cargo.toml", "cargo test"
    if found is None and re.search(r"^test\s*:(?!=)", texts.get("Makefile", ""), re.MULTILINE):
        found = "Makefile", "make test"
    if found is None:
        return None
    source, run = found
    return Checks(source=f"detected from {source}", steps=(CheckStep(name=run, run=run),))


def _python(texts: Mapping[str, str]) -> tuple[str, str] | None:
    is_test = re.compile(r"(^|/)(test_[^/]*|[^/]*_test|conftest)\.py")
    tests = sorted(name for name in texts if is_test.search(name))
    configured = ("pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini")
    named = [name for name in configured if name in texts and "pytest" in f"{name} {texts[name]}"]
    named += sorted(
        n for n in texts if n.startswith("requirements") and re.search(r"^pytest\b", texts[n], re.MULTILINE)
    )
    named += [
        name
        for name in tests
        if name.endswith("conftest.py") or re.search(r"^\s*(import|from) pytest\b", texts[name], re.MULTILINE)
    ]
    if named:
        return named[0], "python3 -m pytest -q"
    if tests:
        return tests[0], _unittest(tests, texts)
    return None


def _unittest(tests: list[str], texts: Mapping[str, str]) -> str:
    """From the root when the tests are a package or lie there, else from their folder: only packages are entered."""
    folder = tests[0].rpartition("/")[0].partition("/")[0]
    is_package = not folder or f"{folder}/__init__.py" in texts
    return "python3 -m unittest discover -v" if is_package else f"python3 -m unittest discover -v -s {folder}"


def _node(texts: Mapping[str, str]) -> tuple[str, str] | None:
    try:
        script = json.loads(texts.get("package.json", ""))["scripts"]["test"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
    # docs.npmjs.com/cli/commands/npm-init: the script of a fresh package only says that there is none.
    return None if "no test specified" in str(script) else ("package.json", "npm test")
