"""What `pyproject.toml` asks for, `constraints.txt` pins, and the pins are what is installed."""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT

PIN = re.compile(r"^[A-Za-z0-9._-]+==[A-Za-z0-9.]+$")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def installed_closure(requirements: list[Requirement]) -> Iterator[str]:
    """Yield the name of every distribution the requirements lead to on this machine."""
    seen: set[str] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = str(requirement)
        if key in seen:
            continue
        seen.add(key)
        yield name
        extras = {"", *requirement.extras}
        for line in metadata.requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(needed)


def test_a_constraint_is_a_name_and_a_version_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not PIN.match(line)] == []
    assert lines == sorted(set(lines), key=str.lower)


@pytest.mark.parametrize("requirement", RUNTIME + DEVELOPMENT, ids=lambda requirement: requirement.name)
def test_each_dependency_is_pinned_inside_its_range(requirement: Requirement) -> None:
    assert requirement.url is None
    assert pins()[canonicalize_name(requirement.name)] in requirement.specifier


def test_what_the_dependencies_lead_to_is_pinned_and_installed_as_pinned() -> None:
    pinned = pins()
    names = set(installed_closure(RUNTIME + DEVELOPMENT))
    assert {name: metadata.version(name) for name in names} == {name: pinned.get(name) for name in names}


def test_nothing_is_pinned_that_nothing_needs() -> None:
    assert set(pins()) - set(installed_closure(RUNTIME + DEVELOPMENT)) == set()
