"""What the ways in tell of themselves: one call per thing that happened, to whoever keeps logs and figures."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Told at the edges only; the core is silent."""

    def request(self, route: str, method: str, status: int, seconds: float, request_id: str) -> None:
        """A request was answered."""

    def crash(self, doing: str, error: BaseException, request_id: str) -> None:
        """A defect: something was raised that nobody expects."""

    def away(self, doing: str, error: BaseException, request_id: str) -> None:
        """Something that is needed did not answer: the operator is told what, the sender only to try again."""

    def exposition(self) -> tuple[bytes, str]:
        """All figures in Prometheus' text format, and its content type."""
