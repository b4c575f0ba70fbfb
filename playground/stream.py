"""claude-stream: one JSON object a line. https://docs.claude.com/en/docs/claude-code/sdk/sdk-headless"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


class Stream:
    """Writes events as an agent does, and keeps the account."""

    def __init__(self, model: str, mode: str = "acceptEdits") -> None:
        self.model = model
        self.mode = mode
        self.session = ""
        self.turns = 0
        self.usage = {"input_tokens": 0, "output_tokens": 0}
        self.cost = 0.0
        self.denials: list[dict[str, Any]] = []
        self._began = time.monotonic()
        self._calls = 0

    def write(self, event: dict[str, Any]) -> None:
        """One line, at once."""
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def raw(self, text: str) -> None:
        """Something that is no event."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def begin(self, session: str) -> None:
        """`system/init`."""
        self.session = session
        self.write(
            {
                "type": "system",
                "subtype": "init",
                "session_id": session,
                "model": self.model,
                "tools": ["Bash", "Edit", "Read", "Write"],
                "mcp_servers": [],
                "permissionMode": self.mode,
            }
        )

    def say(self, text: str) -> None:
        """An assistant's text."""
        self.turns += 1
        self._assistant([{"type": "text", "text": text}])

    def use(self, tool: str, arguments: dict[str, Any]) -> str:
        """An assistant's tool call; its id."""
        self.turns += 1
        self._calls += 1
        call = f"toolu_{self._calls:04}"
        self._assistant([{"type": "tool_use", "id": call, "name": tool, "input": arguments}])
        return call

    def used(self, call: str, output: str, *, is_error: bool = False) -> None:
        """What came of the tool call."""
        result = {"type": "tool_result", "tool_use_id": call, "content": output, "is_error": is_error}
        self.write(
            {"type": "user", "session_id": self.session, "message": {"role": "user", "content": [result]}}
        )

    def retry(self, status: int, attempt: int) -> None:
        """`system/api_retry`."""
        event = {"type": "system", "subtype": "api_retry", "attempt": attempt, "error_status": status}
        self.write(event | {"error": "authentication_failed", "session_id": self.session})

    def finish(self, text: str) -> None:
        """A good `result`."""
        self._result({"subtype": "success", "is_error": False, "result": text, "terminal_reason": "end_turn"})

    def fail(self, text: str, subtype: str, **fields: Any) -> None:
        """A bad `result`."""
        self._result({"subtype": subtype, "is_error": True, "result": text, "errors": [text], **fields})

    def _assistant(self, content: list[dict[str, Any]]) -> None:
        message = {"role": "assistant", "model": self.model, "content": content, "usage": self.usage}
        self.write({"type": "assistant", "session_id": self.session, "message": message})

    def _result(self, fields: dict[str, Any]) -> None:
        self.write(
            {
                "type": "result",
                "session_id": self.session,
                "duration_ms": int((time.monotonic() - self._began) * 1000),
                "num_turns": self.turns,
                "total_cost_usd": round(self.cost, 6),
                "usage": self.usage,
                "permission_denials": self.denials,
                **fields,
            }
        )
