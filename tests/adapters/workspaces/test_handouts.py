"""Files beside the tree: the agent reads them, nobody commits them, and they go with the job."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.workspaces import handouts
from adapters.workspaces.host import GitWorkspaces
from bot.workshop import Checkout


async def test_what_is_handed_over_is_no_change_and_goes_with_the_workspace(
    workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        path = await workspace.hand_over("error.log", b"boom\n")
        assert path.read_bytes() == b"boom\n"
        assert workspace.path not in path.parents
        assert path.stat().st_mode & 0o777 == 0o600
        assert (await workspace.diff()).is_empty
    assert not path.exists()


@pytest.mark.parametrize("name", ["../x", "a/b", "", "..", ".ssh", "-rf", "a\nb", "a\x00"])
def test_a_name_that_is_no_plain_one_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match="its name is not one we use"):
        handouts.write(tmp_path, name, b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_lies_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / handouts.FOLDER).mkdir()
    (tmp_path / handouts.FOLDER / "a.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        handouts.write(tmp_path, "a.log", b"x")
    assert not (tmp_path / "elsewhere").exists()
