"""What the scripted agent's tools may touch."""

from __future__ import annotations

from tests.playground.test_agent import Program, events, program, tool_results

__all__ = ["program"]


def test_its_tools_go_where_it_was_told_that_they_may(program: Program) -> None:
    folder = program.tree.parent / "attachments"
    folder.mkdir()
    (folder / "error.log").write_text("boom")
    program.write("1", "fix", [{"tool": {"read": str(folder / "error.log")}}, {"result": "Done."}])
    assert tool_results(events(program.run("fix it")))[0][1]
    assert tool_results(events(program.run("fix it", "--add-dir", str(folder)))) == [("boom", False)]
