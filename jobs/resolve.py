"""What RQ calls for a job of the kind `resolve`."""

from __future__ import annotations

from bot import resolver
from jobs import runtime


def resolve(job_id: str) -> None:
    """Claim the job and resolve it."""
    runtime.run(job_id, resolver.resolve)
