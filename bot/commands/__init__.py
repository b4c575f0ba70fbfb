"""Every command there is. One registry feeds parser, help and docs."""

from __future__ import annotations

from bot.command import CommandSpec
from bot.commands import (
    ask,
    cancel,
    fix,
    help,
    jobs,
    link,
    logs,
    new,
    ping,
    repo,
    retry,
    status,
    subscribe,
    undo,
    unlink,
    unsubscribe,
    version,
    whoami,
    why,
)
from models.command import Vocabulary

COMMANDS: dict[str, CommandSpec] = {
    "fix": fix.SPEC,
    "ask": ask.SPEC,
    "new": new.SPEC,
    "jobs": jobs.SPEC,
    "status": status.SPEC,
    "logs": logs.SPEC,
    "cancel": cancel.SPEC,
    "retry": retry.SPEC,
    "undo": undo.SPEC,
    "subscribe": subscribe.SPEC,
    "unsubscribe": unsubscribe.SPEC,
    "help": help.SPEC,
    "whoami": whoami.SPEC,
    "link": link.SPEC,
    "unlink": unlink.SPEC,
    "repo": repo.SPEC,
    "why": why.SPEC,
    "ping": ping.SPEC,
    "version": version.SPEC,
}

VOCABULARY = Vocabulary(tuple(spec.verb for spec in COMMANDS.values()))
