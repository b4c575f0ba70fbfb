import os
from pathlib import Path

import pytest

from benchmarks.measure import describe_machine, percentile, ratios


def test_ratios_are_taken_round_by_round() -> None:
    found = ratios([1.0, 4.0, 9.0], [2.0, 4.0, 3.0])
    assert (found.median, found.least, found.most) == (1.0, 0.5, 3.0)
    assert str(found) == "1.00 [0.50–3.00]"


def test_rounds_that_do_not_match_are_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratios([1.0], [1.0, 2.0])


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert percentile(values, 0.5) == 51
    assert percentile(values, 0.99) == 100
    assert percentile([7.0], 0.99) == 7


def test_the_machine_is_described_and_nothing_left_behind(tmp_path: Path) -> None:
    text = "\n".join(describe_machine(tmp_path))
    assert "fdatasync" in text
    assert os.listdir(tmp_path) == []
