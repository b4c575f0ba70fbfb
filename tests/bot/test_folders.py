"""Where this host keeps things is told to nobody: not in logs, cards, commits or pull requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.folders import DATA, HOME, WORKSPACE, Folders
from models.agent import AgentEvent, AgentEventKind
from models.job import JobStatus
from tests.bot.bench import Shop, card
from tests.fakes.workshop import FakeRunning

TREE = "/srv/bellhop/data/work/6a-1/tree"


@pytest.fixture
def folders() -> Folders:
    made = Folders()
    made.know(Path("/srv/bellhop/data"), DATA)
    made.know(Path(TREE), WORKSPACE)
    made.know(Path("/srv/bellhop/data/homes/k1"), HOME)
    return made


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"File {TREE}/src/cart.py:3", "File src/cart.py:3"),
        (f"rootdir: {TREE}", "rootdir: ."),
        (f"rootdir: {TREE}/", "rootdir: ./"),
        (f"cd {TREE} && ls '{TREE}/a b'", "cd . && ls 'a b'"),
        (f"{TREE}//x", "x"),
        (f"{TREE}-2/x", "data/work/6a-1/tree-2/x"),
        ("HOME=/srv/bellhop/data/homes/k1", "HOME=~"),
        ("/srv/bellhop/data/homes/k1/.cache/pip", "~/.cache/pip"),
        ("fatal: '/srv/bellhop/data/repos/x.git' is gone", "fatal: 'data/repos/x.git' is gone"),
        ("/srv/bellhop/database", "/srv/bellhop/database"),
        ("/usr/lib/python3/x.py", "/usr/lib/python3/x.py"),
        ("nothing of it", "nothing of it"),
    ],
)
def test_what_is_told_of_a_path(folders: Folders, text: str, told: str) -> None:
    assert folders.told(text) == told


def test_the_whole_file_system_is_no_folder_of_ours() -> None:
    folders = Folders()
    folders.know(Path("/"), DATA)
    assert folders.told("/etc/hosts") == "/etc/hosts"


def test_a_folder_behind_a_link_has_two_spellings(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    folders = Folders()
    folders.know(tmp_path / "link", WORKSPACE)
    assert folders.told(f"{tmp_path}/link/a {tmp_path}/real/b") == "a b"


@pytest.mark.parametrize("ending", ["done", "checks", "agent", "defect"])
async def test_no_job_tells_where_it_worked(ending: str) -> None:
    shop = Shop()
    data = shop.services.settings.data_dir.absolute()
    path = "/nowhere/src/calc.py"  # where the workspaces of the fakes are
    shop.agent.says = [
        AgentEvent(kind=kind, text=f"{kind} {path}")
        for kind in (AgentEventKind.TEXT, AgentEventKind.TOOL, AgentEventKind.TOOL_RESULT, AgentEventKind.RAW)
    ]
    shop.agent.answer = shop.agent.answer.model_copy(
        update={"summary": f"mended {path}", "error": f"lost {path}\nat {path}", "is_ok": ending != "agent"}
    )
    lines = [f"{path}:1: no", f"{data}/homes/x"]
    code = 1 if ending == "checks" else 0
    shop.runner.ends["pytest -q"] = FakeRunning([*lines, "1 passed in 0.01s"], code=code)
    if ending == "defect":
        shop.world.refusal = OSError(f"no room in {path}")
    job = await shop.ask()
    assert (job.status is JobStatus.COMPLETED) == (ending == "done")
    await shop.deliver_answers()
    said = [
        job.model_dump_json(),
        str(card(job)),
        *shop.answers,
        *(draft.body for draft in shop.platform.drafts),
    ]
    said += [commit.message for commit in shop.world.commits]
    assert not [text for text in said if "/nowhere" in text or str(data) in text]
