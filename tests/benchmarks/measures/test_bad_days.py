from benchmarks.measures.bad_days import DAYS, result
from benchmarks.results import Verdict


def test_one_answer_that_comes_too_late_is_a_miss() -> None:
    assert result("no worker", [20.0, 4999.0]).verdict is Verdict.MET
    late = result("no worker", [20.0, 30.0, 5001.0])
    assert late.verdict is Verdict.MISSED
    assert "no worker (3 comments)" in late.name
    assert late.shown == "median 30, slowest 5001 ms"


def test_each_bad_day_is_measured() -> None:
    assert set(DAYS) == {"no worker", "no Redis", "no agent"}
