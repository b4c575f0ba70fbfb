from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.context import Context
from benchmarks.measures import MEASURES
from benchmarks.results import Result, Verdict


def give(verdict: Verdict) -> list[Result]:
    return [Result("invented", "≥ 1", "2", verdict)]


def break_off(_: Context) -> list[Result]:
    raise RuntimeError("no\nwords")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path)


@pytest.mark.parametrize(
    ("verdict", "status"), [(Verdict.MET, 0), (Verdict.REPORTED, 0), (Verdict.MISSED, 1)]
)
def test_the_exit_status_says_whether_all_goals_are_reached(
    verdict: Verdict,
    status: int,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(MEASURES, "ingest", lambda _: give(verdict))
    monkeypatch.setattr("sys.argv", ["bench", "--only", "ingest", "--folder", folder])
    assert bench.main() == status
    assert f"| invented | ≥ 1 | 2 | {verdict} |" in capsys.readouterr().out


def test_a_measure_that_breaks_is_a_line_and_the_others_go_on(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(MEASURES, "ingest", break_off)
    monkeypatch.setitem(MEASURES, "drain", lambda _: give(Verdict.MET))
    monkeypatch.setattr("sys.argv", ["bench", "--only", "ingest", "--only", "drain", "--folder", folder])
    assert bench.main() == 1
    out = capsys.readouterr().out
    assert "| ingest | to be measured | RuntimeError: no | BROKEN |" in out
    assert "invented" in out


def test_without_a_compiler_it_says_so(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", folder)
    monkeypatch.setattr("sys.argv", ["bench", "--folder", folder])
    assert bench.main() == 2
    assert "no C compiler" in capsys.readouterr().err
