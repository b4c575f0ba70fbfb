"""What a measure finds: values beside their goals, and the verdict."""

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """`REPORTED`: there is no goal, or only an aim, which fails nothing."""

    MET = "met"
    MISSED = "MISSED"
    REPORTED = "reported"
    BROKEN = "BROKEN"


@dataclass(frozen=True)
class Result:
    """One line of the table. `value` is compared with `goal`; `shown` says it to people, with what stands beside it."""

    name: str
    goal: str
    shown: str
    verdict: Verdict
    facts: dict[str, float] = field(default_factory=dict)

    @property
    def is_miss(self) -> bool:
        """A goal that was not reached, or a measure that did not end."""
        return self.verdict in {Verdict.MISSED, Verdict.BROKEN}


def judge(is_reached: bool) -> Verdict:
    """A goal's verdict."""
    return Verdict.MET if is_reached else Verdict.MISSED


def to_table(results: list[Result]) -> str:
    """Markdown, misses included."""
    rows = [("measure", "goal", "found", "verdict"), ("---",) * 4]
    rows += [(r.name, r.goal, r.shown.replace("|", "/"), str(r.verdict)) for r in results]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
