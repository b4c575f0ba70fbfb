"""How many tests passed and failed, read from what the usual test programs print. No summary, no counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Counts(NamedTuple):
    """Tests by how they ended. An error counts as failed; skipped ones count as neither."""

    passed: int
    failed: int


# docs.pytest.org/en/stable/how-to/output.html: "=== 1 failed, 41 passed, 2 skipped in 0.12s ===", bars absent with -q
PYTEST = re.compile(r"^=*\s*((?:\d+ [a-z]+,? ?)+) in [\d.]+s(?: \([\d:]+\))?\s*=*$", re.MULTILINE)
PYTEST_PART = re.compile(r"(\d+) (passed|failed|errors?|xpassed|xfailed)")
# docs.python.org/3/library/unittest.html: "Ran 3 tests in 0.001s", then "OK (skipped=1)" or "FAILED (errors=1)"
UNITTEST = re.compile(
    r"^Ran (\d+) tests? in [\d.]+s\s+(OK|FAILED|NO TESTS RAN)(?: \(([^)]*)\))?", re.MULTILINE
)
UNITTEST_PART = re.compile(r"(failures|errors|skipped|unexpected successes)=(\d+)")
# pkg.go.dev/cmd/go#hdr-Test_packages: "--- PASS: TestX (0.00s)" with -v only, "--- FAIL: TestX (0.00s)" always
GO = re.compile(r"^--- (PASS|FAIL): ", re.MULTILINE)
# doc.rust-lang.org/rustc/tests: "test result: ok. 3 passed; 0 failed; 0 ignored; ..."
CARGO = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed;", re.MULTILINE)
# jestjs.io/docs/getting-started, vitest.dev: "Tests:  1 failed, 2 passed, 3 total", "Tests  1 failed | 2 passed (3)"
JEST = re.compile(r"^\s*Tests:?\s+(.*(?:total|\(\d+\)))\s*$", re.MULTILINE)
JEST_PART = re.compile(r"(\d+) (passed|failed)")
# nodejs.org/api/test.html#test-reporters: "# pass 3" (tap), "ℹ pass 3" (spec)
NODE = re.compile(r"^[#ℹ] (pass|fail) (\d+)\s*$", re.MULTILINE)
COLORS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def _pytest(text: str) -> Counts | None:
    lines = [match[1] for match in PYTEST.finditer(text)]
    parts = [(int(number), word) for line in lines for number, word in PYTEST_PART.findall(line)]
    passed = sum(number for number, word in parts if word in {"passed", "xfailed", "xpassed"})
    return (
        Counts(passed, sum(n for n, word in parts if word.startswith(("failed", "error")))) if lines else None
    )


def _unittest(text: str) -> Counts | None:
    runs = list(UNITTEST.finditer(text))
    failed = skipped = 0
    for run in runs:
        parts = {word: int(number) for word, number in UNITTEST_PART.findall(run[3] or "")}
        skipped += parts.pop("skipped", 0)
        failed += sum(parts.values())
    total = sum(int(run[1]) for run in runs)
    return Counts(max(total - failed - skipped, 0), failed) if runs else None


def _go(text: str) -> Counts | None:
    ends = GO.findall(text)
    # Without -v only failures are listed: how many passed is not said, so nothing is.
    return Counts(ends.count("PASS"), ends.count("FAIL")) if "PASS" in ends else None


def _cargo(text: str) -> Counts | None:
    runs = CARGO.findall(text)
    return Counts(sum(int(p) for p, _ in runs), sum(int(f) for _, f in runs)) if runs else None


def _jest(text: str) -> Counts | None:
    lines = JEST.findall(text)
    parts = {word: int(number) for number, word in JEST_PART.findall(lines[-1])} if lines else {}
    return Counts(parts.get("passed", 0), parts.get("failed", 0)) if parts else None


def _node(text: str) -> Counts | None:
    ends = {word: int(number) for word, number in NODE.findall(text)}
    return Counts(ends.get("pass", 0), ends.get("fail", 0)) if ends else None


READERS: tuple[Callable[[str], Counts | None], ...] = (_pytest, _unittest, _cargo, _jest, _node, _go)


def count(output: str) -> Counts | None:
    """The counts in `output`, of the first program whose summary is in it. None: no summary is."""
    plain = COLORS.sub("", output)
    return next((counts for read in READERS if (counts := read(plain)) is not None), None)
