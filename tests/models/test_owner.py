"""Who holds a claim, as its row tells."""

from __future__ import annotations

import pytest

from models.owner import Owner

ONE = Owner(host="box-1", pid=7, started_ticks=99, boot_id="b-1", space="pid:[4026531836]", nonce="a1b2c3")


def test_an_owner_comes_back_from_its_row() -> None:
    assert Owner.from_text(ONE.to_text()) == ONE
    odd = ONE.model_copy(update={"host": "a/b"})
    again = Owner.from_text(odd.to_text())
    assert again is not None
    assert (again.host, again.pid) == ("a_b", 7)


@pytest.mark.parametrize("text", ["", "here", "box-7-a1b2c3", "a/b/c/d/e/f", "a/1/2/d/e/f/g"])
def test_what_nobody_wrote_is_no_owner(text: str) -> None:
    assert Owner.from_text(text) is None
