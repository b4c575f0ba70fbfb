"""How checks went, as the card says it."""

from __future__ import annotations

import pytest

from models.pipeline import StepResult, Verdict


def step(
    name: str = "pytest", *, is_ok: bool = True, passed: int | None = None, failed: int | None = None
) -> StepResult:
    return StepResult(name=name, is_ok=is_ok, tests_passed=passed, tests_failed=failed)


def verdict(*results: StepResult) -> Verdict:
    return Verdict(is_ok=all(result.is_ok for result in results), source="detected", results=results)


@pytest.mark.parametrize(
    ("results", "summary"),
    [
        ([], "no checks"),
        ([step("lint")], "checks passed"),
        ([step(passed=41, failed=0)], "tests 41/41"),
        ([step("lint"), step(passed=40), step("e2e", passed=1)], "tests 41/41"),
        ([step(is_ok=False, passed=39, failed=2)], "2 of 41 tests fail"),
        ([step("lint", is_ok=False)], "lint fails"),
        ([step(passed=41), step("lint", is_ok=False), step("types", is_ok=False)], "lint, types fail"),
        ([step(passed=0, failed=0, is_ok=False)], "pytest fails"),
        ([step(is_ok=False, passed=0, failed=1)], "1 of 1 tests fails"),
    ],
)
def test_a_verdict_is_said_in_few_words(results: list[StepResult], summary: str) -> None:
    assert verdict(*results).summary == summary
