"""Faults on demand: the next requests that match meet an error, before or after their effect took place."""

import re
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from aiohttp import web


@dataclass
class Fault:
    """What goes wrong (`kind`), for which requests, how often, and whether the effect took place (`when`).

    A platform adds the kinds that only it has.
    """

    kinds: ClassVar[tuple[str, ...]] = ("status", "hang", "slow", "half", "drop", "wrong_json")

    kind: str
    method: str = "*"
    path: str = ""
    when: str = "before"
    times: int = 1
    status: int = 500
    seconds: float = 30.0
    retry_after: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    id: int = 0

    def __post_init__(self) -> None:
        if self.kind not in self.kinds or self.when not in ("before", "after"):
            raise ValueError(f"a fault is one of {', '.join(self.kinds)}, before or after")
        re.compile(self.path)

    def matches(self, request: web.Request) -> bool:
        """Whether this request meets the fault; `path` is a regular expression searched in the path."""
        is_method = self.method in ("*", request.method)
        return self.times > 0 and is_method and re.search(self.path, request.path) is not None


class Faults:
    """The faults waiting for requests, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0

    def add(self, fault: Fault) -> Fault:
        """Arm a fault."""
        self._last_id += 1
        fault.id = self._last_id
        self._faults.append(fault)
        return fault

    def take(self, request: web.Request) -> Fault | None:
        """The first fault that matches, used once."""
        fault = next((fault for fault in self._faults if fault.matches(request)), None)
        if fault:
            fault.times -= 1
        return fault

    def waiting(self) -> list[dict[str, Any]]:
        """The faults not used up."""
        return [asdict(fault) for fault in self._faults if fault.times > 0]

    def clear(self) -> None:
        """Disarm everything."""
        self._faults.clear()
