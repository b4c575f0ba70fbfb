"""A line says missed as soon as one request failed or the slowest hundredth is late."""

import pytest

from benchmarks.measures.mention import busy_result
from benchmarks.results import Verdict


@pytest.mark.parametrize(
    ("times", "statuses", "verdict"),
    [
        ([10.0] * 100, [200] * 100, Verdict.MET),
        ([10.0] * 98 + [500.0, 500.0], [200] * 100, Verdict.MISSED),
        ([10.0] * 100, [200] * 99 + [None], Verdict.MISSED),
        ([10.0] * 100, [200] * 99 + [503], Verdict.MISSED),
        ([], [], Verdict.BROKEN),
    ],
)
def test_one_failure_or_a_late_hundredth_misses_the_goal(
    times: list[float], statuses: list[int | None], verdict: Verdict
) -> None:
    found = busy_result(50, times, statuses)
    assert found.verdict is verdict
    assert "50 jobs" in found.name
