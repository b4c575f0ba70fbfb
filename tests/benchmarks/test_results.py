from benchmarks.results import Result, Verdict, judge, to_table


def test_misses_and_breaks_are_misses_and_reports_are_not() -> None:
    misses = {v: Result("", "", "", v).is_miss for v in Verdict}
    assert misses == {
        Verdict.MET: False,
        Verdict.MISSED: True,
        Verdict.REPORTED: False,
        Verdict.BROKEN: True,
    }
    assert judge(True) is Verdict.MET
    assert judge(False) is Verdict.MISSED


def test_the_table_shows_misses_and_stays_a_table() -> None:
    table = to_table([Result("speed", "≥ 1", "0.5 | slow", Verdict.MISSED)])
    assert table.splitlines()[-1] == "| speed | ≥ 1 | 0.5 / slow | MISSED |"
