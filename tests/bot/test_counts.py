"""Counts from the programs' own output, recorded."""

import pytest

from bot.counts import count

OUTPUTS = {
    "pytest -q": ("..F\n1 failed, 2 passed in 0.12s\n", (2, 1)),
    "pytest": ("=== 1 failed, 41 passed, 2 skipped, 3 warnings in 0.12s (0:01:02) ===\n", (41, 1)),
    "pytest with errors": ("==== 3 passed, 1 error in 1.20s ====\n", (3, 1)),
    "pytest in color": ("\x1b[32m\x1b[32m\x1b[1m5 passed\x1b[0m\x1b[32m in 0.01s\x1b[0m\x1b[0m\n", (5, 0)),
    "unittest": ("Ran 3 tests in 0.001s\n\nOK\n", (3, 0)),
    "unittest failing": ("Ran 10 tests in 0.001s\n\nFAILED (failures=2, errors=1, skipped=3)\n", (4, 3)),
    "unittest skipping": ("Ran 2 tests in 0.001s\n\nOK (skipped=1)\n", (1, 0)),
    "cargo": (
        "test result: ok. 3 passed; 0 failed; 0 ignored;\n\ntest result: FAILED. 1 passed; 2 failed; 0 ignored;\n",
        (4, 2),
    ),
    "go -v": ("=== RUN   TestA\n--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL\n", (1, 1)),
    "jest": ("Test Suites: 1 failed, 1 total\nTests:       1 failed, 2 passed, 3 total\nTime: 1 s\n", (2, 1)),
    "vitest": (" Test Files  1 passed (1)\n      Tests  1 failed | 4 passed (5)\n", (4, 1)),
    "node": ("# tests 3\n# suites 0\n# pass 2\n# fail 1\n", (2, 1)),
}


@pytest.mark.parametrize("program", OUTPUTS)
def test_tests_are_counted(program: str) -> None:
    output, expected = OUTPUTS[program]
    assert count(output) == expected


@pytest.mark.parametrize("output", ["", "all good", "ok  \tshop\t0.01s\n", "we passed 3 tests", "3 passed"])
def test_nothing_is_guessed(output: str) -> None:
    assert count(output) is None
