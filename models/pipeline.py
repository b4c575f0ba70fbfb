"""Checks: the commands that must pass before a change is offered, and how they went."""

from __future__ import annotations

from models.base import Noun

ENDS = {"timeout": "takes too long", "idle": "falls silent"}


class CheckStep(Noun):
    """One shell command line of a repository's checks."""

    name: str
    run: str


class Checks(Noun):
    """What to run, and where that was found (`.bellhop.yml`, or what was detected). Empty `steps`: nothing to run."""

    source: str
    steps: tuple[CheckStep, ...] = ()
    setup: tuple[CheckStep, ...] = ()
    timeout_seconds: float = 1200.0


class StepResult(Noun):
    """How one command ended. `passed` and `failed` count tests when the output says so."""

    name: str
    is_ok: bool
    exit_code: int | None = None
    seconds: float = 0.0
    tail: str = ""
    tests_passed: int | None = None
    tests_failed: int | None = None
    stop: str = "end"  # end, timeout, idle, cancelled


class Verdict(Noun):
    """How all checks ended."""

    is_ok: bool
    source: str
    results: tuple[StepResult, ...] = ()

    @property
    def summary(self) -> str:
        """As the card says it: `tests 41/41`, `2 of 41 tests fail`, `checks passed`, `no checks`."""
        if not self.results:
            return "no checks"
        passed = sum(r.tests_passed or 0 for r in self.results)
        failed = sum(r.tests_failed or 0 for r in self.results)
        if self.is_ok:
            return f"tests {passed}/{passed}" if passed else "checks passed"
        if failed:
            return f"{failed} of {passed + failed} tests {_fail(failed)}"
        bad = [r for r in self.results if not r.is_ok]
        ending = ENDS.get(bad[0].stop) if len(bad) == 1 else None
        return f"{', '.join(r.name for r in bad)} {ending or _fail(len(bad))}"


def _fail(count: int) -> str:
    return "fails" if count == 1 else "fail"
