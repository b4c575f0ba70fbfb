"""What of a repository a channel follows, as people type it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command import Ask
from bot.errors import Refused
from models.news import Topic

UNKNOWN = "I tell of {known}, not of `{word}`. `{slash} {verb} {repository} issues pulls`"
MOST_WORDS = 8
ALIASES = {"prs": "pulls", "pull_requests": "pulls", "pull-requests": "pulls"}
ALL = "all"


def named(ask: Ask, words: Sequence[str]) -> tuple[str, ...]:
    """The topics among `words`, in our order; none when none was named. Raises Refused for what nobody tells of."""
    said = [part.lower() for word in words if "/" not in word for part in word.split(",") if part]
    meant = {ALIASES.get(word, word) for word in said}
    known = [topic.value for topic in Topic]
    if strange := sorted(meant - {*known, ALL}):
        listed = ", ".join(f"`{word}`" for word in known)
        told = {"verb": ask.command.name, "repository": ask.there.repository or "owner/name"}
        raise Refused(
            UNKNOWN.format(known=listed, word=strange[0].replace("`", "'")[:40], slash=ask.slash, **told)
        )
    return tuple(known) if ALL in meant else tuple(word for word in known if word in meant)
