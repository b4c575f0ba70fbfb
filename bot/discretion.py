"""What was said where not everybody reads it is not repeated elsewhere: of such a job other places are told its handle,
its repository and how it stands, never the request's words or the name of the room. Where other organizations read
along, so it is with every job that was asked for elsewhere. A log quotes the request: it is told like its words.

Pure. A room of which nobody told yet who can read it counts as private where it was asked for (`Thread.is_private`),
and as one that other organizations read where it is told (`Thread.is_external`).
"""

from __future__ import annotations

from models.job import Job
from models.message import Actor, Thread, ThreadKind


def told_at(job: Job, there: Thread | None, reader: Actor | None = None) -> Job:
    """`job` as it may be told at `there`; None: anywhere else than where it was asked for.

    `reader` is the account of whoever asks for it: alone with the bot they are told their own words.
    """
    context = job.context
    if context is None or may_be_told(job, there, reader):
        return job
    repository = job.place.repository if job.place else ""
    return job.model_copy(
        update={
            "request": job.request.model_copy(update={"text": ""}),
            "context": context.model_copy(update={"issue_key": repository, "user_msg": ""}),
        }
    )


def may_be_told(job: Job, there: Thread | None, reader: Actor | None = None) -> bool:
    """Whether all of `job` may be told at `there`: its words, its log, what its agent said."""
    asked = job.context.thread if job.context else None
    if asked is None:
        return True
    if there is None:
        return not asked.is_private
    if asked.place == there.place or _is_alone(job, there, reader):
        return True
    return not asked.is_private and not there.is_external


def _is_alone(job: Job, there: Thread, reader: Actor | None) -> bool:
    is_requester = job.requester is not None and reader is not None and job.requester.id == reader.id
    return there.kind is ThreadKind.DIRECT and is_requester
