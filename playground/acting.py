"""Plays one part of a script: says, edits, runs, and fails in every way a real agent was seen to fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playground.stream import Stream

UNKNOWN = "playing a script: nobody knows the step {step!r}"
OUTSIDE = "{path} is outside of the workspace"
RUN_SECONDS = 600
RETRIES = 10


class Actor:
    """`words` replace `{name}` in every text of the steps. It works in the first of `folders`; its tools go into the
    others too, and nowhere else.
    """

    def __init__(self, stream: Stream, folders: Sequence[Path], words: dict[str, str]) -> None:
        self.stream = stream
        self.folders = [folder.resolve() for folder in folders]
        self.workspace = folders[0]
        self.words = words

    def play(self, steps: Sequence[dict[str, Any]]) -> int:
        """The exit code. A part without a result ends without one, as a crash does."""
        for step in steps:
            [(verb, value)] = step.items()
            play = getattr(self, f"_{verb}", None)
            if play is None:
                raise SystemExit(UNKNOWN.format(step=verb))
            code = play(self._fill(value))
            if code is not None:
                return int(code)
        return 0

    def _fill(self, value: Any) -> Any:
        if isinstance(value, str):
            for name, word in self.words.items():
                value = value.replace("{" + name + "}", word)
            return value
        if isinstance(value, dict):
            return {key: self._fill(item) for key, item in value.items()}
        return value

    # --- what good agents do ---

    def _say(self, text: str) -> None:
        self.stream.say(text)

    def _tool(self, what: dict[str, str]) -> None:
        """`{edit: PATH, find:, replace:}`, `{write: PATH, text:}`, `{read: PATH}`, `{delete: PATH}`."""
        action = next(iter(what))
        call = self.stream.use(action.capitalize(), {"file_path": what[action], **what})
        try:
            output = getattr(self, f"_file_{action}")(self._inside(what[action]), what)
        except (OSError, ValueError) as error:
            self.stream.used(call, str(error), is_error=True)
        else:
            self.stream.used(call, output)

    def _inside(self, path: str) -> Path:
        found = (self.workspace / path).resolve()
        if not any(found.is_relative_to(folder) for folder in self.folders):
            raise ValueError(OUTSIDE.format(path=path))
        return found

    def _file_edit(self, path: Path, what: dict[str, str]) -> str:
        text = path.read_text(encoding="utf-8")
        if what["find"] not in text:
            raise ValueError(f"{path.name} does not hold {what['find']!r}")
        path.write_text(text.replace(what["find"], what["replace"], 1), encoding="utf-8")
        return "edited"

    def _file_write(self, path: Path, what: dict[str, str]) -> str:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(what["text"], encoding="utf-8")
        return "written"

    def _file_read(self, path: Path, what: dict[str, str]) -> str:
        return path.read_text(encoding="utf-8")

    def _file_delete(self, path: Path, what: dict[str, str]) -> str:
        path.unlink()
        return "deleted"

    def _run(self, command: str) -> None:
        """Really run, in the workspace."""
        call = self.stream.use("Bash", {"command": command})
        done = subprocess.run(  # noqa: S602 - a script's own command line, in the sandbox the agent runs in
            command,
            shell=True,
            cwd=self.workspace,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        self.stream.used(call, done.stdout + done.stderr, is_error=done.returncode != 0)

    def _usage(self, what: dict[str, float]) -> None:
        self.stream.usage["input_tokens"] += int(what.get("in", 0))
        self.stream.usage["output_tokens"] += int(what.get("out", 0))
        self.stream.cost += float(what.get("cost", 0.0))

    def _sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def _result(self, text: str) -> int:
        self.stream.finish(text)
        return 0

    # --- what agents were seen to do wrong ---

    def _fail(self, text: str) -> int:
        self.stream.fail(text, "error_during_execution")
        return 1

    def _turns(self, text: str) -> int:
        self.stream.fail(text, "error_max_turns")
        return 1

    def _budget(self, text: str) -> int:
        self.stream.fail(text, "error_max_budget_usd")
        return 1

    def _deny(self, text: str) -> int:
        """Every tool was denied, and the exit code is 0 all the same."""
        self.stream.denials.append({"tool_name": "Bash", "tool_input": {"command": text}})
        self.stream.finish(text)
        return 0

    def _hang(self, _: Any) -> None:
        while True:
            time.sleep(3600)

    def _hang_after_result(self, text: str) -> None:
        self.stream.finish(text)
        self._hang(None)

    def _crash(self, code: int) -> int:
        """An exit code; above 128 by the signal."""
        if code > 128:
            signal.signal(code - 128, signal.SIG_DFL) if code - 128 not in {
                signal.SIGKILL,
                signal.SIGSTOP,
            } else None
            os.kill(os.getpid(), code - 128)
        return code

    def _exit_early(self, code: int) -> int:
        """Ends without a result."""
        return code

    def _garbage(self, text: str) -> None:
        self.stream.raw(text)

    def _flood(self, lines: int) -> None:
        for number in range(lines):
            self.stream.say(f"line {number} of {lines}")

    def _long_line(self, size: int) -> None:
        sys.stdout.write("x" * size)
        sys.stdout.flush()

    def _ignore_signals(self, _: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def _spawn(self, command: str) -> None:
        """Leaves a child behind that ignores signals, in a session of its own, holding our output open."""
        subprocess.Popen(["/bin/sh", "-c", f"trap '' INT TERM HUP; {command}"], start_new_session=True)

    def _auth_error(self, status: int) -> int:
        """Retries for a long time, then says success and means error."""
        for attempt in range(1, RETRIES + 1):
            self.stream.retry(status, attempt)
            time.sleep(1)
        self.stream.fail("Invalid API key", "success", api_error_status=status)
        return 1

    def _ask_env(self, _: Any) -> None:
        """Shows all it can see of its surroundings, so that a test can look for what should not be there."""
        seen = Path("/proc/self/environ").read_bytes().decode(errors="replace").replace("\0", "\n")
        open_files = "\n".join(str(link) for link in sorted(Path("/proc/self/fd").iterdir()))
        call = self.stream.use("Bash", {"command": "env; ls /proc/self/fd"})
        self.stream.used(call, f"{seen}\n{open_files}")
