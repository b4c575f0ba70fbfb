"""What each verb is answered at every door of Slack: who sees it, and what only this verb says. For people to read."""

from __future__ import annotations

import re

from tests.e2e import doors
from tests.e2e.doors import Door

DOORS: dict[str, type[Door]] = {
    "mention": doors.Mention,
    "thread": doors.Below,
    "edit": doors.Edited,
    "direct": doors.Direct,
    "slash": doors.Typed,
    "slash-dm": doors.TypedAlone,
    "button": doors.Button,
    "home": doors.Home,
    "dialog": doors.Dialog,
    "handed": doors.Handed,
    "reply": doors.Reply,
}
#: C: a card that everybody there sees. A: an answer that everybody there sees. P: one that only who asked sees.
#: R: no command but words of a request, and so a card. All of it is below what was said, where something was; what is
#: asked for on the person's page or in a dialog is answered alone with them. (In threads Slack takes no slash command.)
CELLS = """
verb         mention thread edit direct slash slash-dm button home dialog handed reply
fix          C       C      C    C      C     C        C      C    C      R      R
ask          C       C      C    C      C     C        C      C    C      R      R
jobs         P       P      P    A      P     P        P      A    A      R      R
status       A       A      A    A      P     P        P      A    A      R      R
logs         A       A      A    A      P     P        P      A    A      R      R
help         P       P      P    A      P     P        P      A    A      R      R
whoami       P       P      P    A      P     P        P      A    A      R      R
why          P       P      P    A      P     P        P      A    A      R      R
repo         P       P      P    A      P     P        P      A    A      R      R
subscribe    A       A      A    A      P     P        P      A    A      R      R
unsubscribe  A       A      A    A      P     P        P      A    A      R      R
ping         A       A      A    A      P     P        P      A    A      R      R
version      A       A      A    A      P     P        P      A    A      R      R
cancel       A       A      A    A      P     P        P      A    A      R      R
retry        C       C      C    C      C     C        C      C    C      R      R
new          C       C      C    C      C     C        C      C    C      R      R
undo         P       P      P    A      P     P        P      A    A      R      R
link         P       P      P    A      P     P        P      A    A      R      R
unlink       P       P      P    A      P     P        P      A    A      R      R
"""
# In the order of a conversation: what is said, and what only this verb answers. {job} is the first job of it.
SAID = {
    "fix": ("fix the till", r"\A👀 (J-\w+) fix .the till. .*queued.*no worker is running"),
    "ask": ("ask what is in here?", r"\A👀 J-\w+ ask .what is in here\?. .*queued"),
    "jobs": ("jobs --mine", r"newest first(?s:.*){job}"),
    "status": ("status {job}", r"\A\W*{job} fix .*queued"),
    "logs": ("logs {job}", r"\A{job} has not written anything yet"),
    "help": ("help", r"cancel \[ID\]"),
    "whoami": ("whoami", r"\AHere you are .*linked to @\W?{person}\b"),
    "why": ("why", r"\AThat .*UTC\): \W*\w+"),
    "repo": ("repo", r"\ARequests (?:here|of yours to me alone) are about .{repository}"),
    "subscribe": ("subscribe {repository}", r"\AThis channel follows .{repository}"),
    "unsubscribe": ("unsubscribe {repository}", r"\AThis channel follows .{repository}. no more"),
    "ping": ("ping", r"\Apong · no worker is running"),
    "version": ("version", r"\ABellhop \d"),
    "cancel": ("cancel {job}", r"\A⏹ {job} cancelled before it began"),
    "retry": ("retry {job}", r"\A👀 (?!{job})J-\w+ fix .the till. .*queued"),
    "new": ("new paint it", r"\A👀 J-\w+ new .paint it. .*queued"),
    "undo": ("undo {job}", r"\A{job} opened no pull request"),
    "link": ("link", r"\AYou are @\W?{person}\b(?s:.*)/bellhop link \w{10}"),
    "unlink": ("unlink", r"\AUnlinked from @?{person}"),
}
# What takes words is handed over as what it is, anything else as a request to `fix`.
WORK = {"fix", "ask", "new"}
# Where a message of a person's is left to put a sign on, and where a conversation is in a thread already.
SEEN = ("mention", "thread", "edit", "direct", "reply")
IN_THREADS = {"thread", "button", "reply"}


def request_for(verb: str, words: str) -> str:
    """A card of a job that was asked for with all these words."""
    return rf"\A👀 J-\w+ {verb if verb in WORK else 'fix'} .{re.escape(words)}. .*queued"


def table() -> dict[str, dict[str, str]]:
    """Verb -> door -> sign."""
    head, *rows = (line.split() for line in CELLS.strip().splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


TABLE = table()


def fill(text: str, given: dict[str, str]) -> str:
    """With what is given in the place of its name."""
    for name, value in given.items():
        text = text.replace(f"{{{name}}}", value)
    return text
