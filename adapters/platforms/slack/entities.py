"""Slack's message text as the Markdown that people meant: entities become readable, code and quotes keep their bounds.

A mention of the bot becomes `@name`, whatever the bot is called in the workspace: Slack marks mentions by id, and the
id decides. Where somebody typed `@name` as plain text it is no mention, so it is escaped.
https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.platforms.slack import lines

ENTITY = re.compile(r"<(?P<kind>[@#!]?)(?P<target>[^<>|]{1,3000})(?:\|(?P<label>[^<>]{0,3000}))?>")
UNESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
CODE = re.compile(r"`[^`\n]+`")
MAILTO = "mailto:"
BREAK = "\u200b"


@dataclass(frozen=True)
class Reader:
    """Reads texts for a bot called `name` whose ids are `own_ids`.

    `is_direct`: in a conversation with the bot alone `@name` is for the bot however it was typed. `people` are names by
    id, as far as they are known.
    """

    name: str
    own_ids: frozenset[str] = frozenset()
    is_direct: bool = False
    people: Mapping[str, str] = field(default_factory=dict)

    def read(self, text: str) -> str:
        """A text as the Web API and events carry it."""
        # An entity is one word, whatever stands in it: it begins no line.
        whole = ENTITY.sub(lambda found: " ".join(found[0].split()), text)
        return self.settle(lines.markdown(lines.split(whole), self._line, self._code))

    def settle(self, text: str) -> str:
        """The last step: a text that is one piece of code and nothing else addresses nobody by a typed name."""
        said = text.strip("\n")
        if not self.is_direct and self.name and said.startswith("`") and said.endswith("`"):
            return self._typed.sub(f"@{BREAK}", said)
        return said

    def words(self, text: str) -> str:
        """Plain words somebody typed: a typed name is no mention."""
        return text if self.is_direct or not self.name else self._typed.sub(r"\\@", text)

    def mention(self, user_id: str, label: str = "") -> str:
        """Somebody's mention."""
        if user_id in self.own_ids:
            return f"@{self.name}"
        return self.words(f"@{self.people.get(user_id) or label.lstrip('@') or user_id}")

    @property
    def _typed(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\\)@(?={re.escape(self.name)}(?![A-Za-z0-9]))", re.IGNORECASE | re.ASCII)

    def _line(self, line: str) -> str:
        made, done = [], 0
        for code in CODE.finditer(line):
            made += [self._spoken(line[done : code.start()]), self._code(code[0])]
            done = code.end()
        said = "".join([*made, self._spoken(line[done:])])
        # Four blanks would make the line code, and nobody marked it as code.
        return said.lstrip() if said.lstrip().startswith((f"@{self.name}", f"/{self.name}")) else said

    def _spoken(self, text: str) -> str:
        """Entities in between words. Behind the bot's mention a blank: `<@U1>fix` is a mention and a word."""
        made, done = [], 0
        for found in ENTITY.finditer(text):
            made += [self.words(unescape(text[done : found.start()])), self._entity(found)]
            done = found.end()
            if self._is_own(found) and re.match(r"[A-Za-z0-9]", text[done : done + 1]):
                made.append(" ")
        return "".join([*made, self.words(unescape(text[done:]))])

    def _is_own(self, found: re.Match[str]) -> bool:
        return found["kind"] == "@" and found["target"] in self.own_ids

    def _entity(self, found: re.Match[str]) -> str:
        kind, target, label = found["kind"], unescape(found["target"]), unescape(found["label"] or "")
        if kind == "@":
            return self.mention(target, label)
        if kind == "#":
            return f"#{label.lstrip('#') or target}"
        return self.words(special(target, label)) if kind == "!" else self.words(link(target, label))

    def _code(self, text: str) -> str:
        """Within code Slack marks links all the same."""
        return unescape(ENTITY.sub(lambda found: found["label"] or found["target"], text))


def special(target: str, label: str) -> str:
    """`<!here>`, `<!subteam^S1|@team>`, `<!date^0^{date}|a day>`."""
    if label:
        return label
    return f"@{target.rpartition('^')[2]}"


def link(url: str, label: str) -> str:
    """A link as Markdown; one that is called by its own address is the address."""
    if url.startswith(MAILTO):
        return label or url.removeprefix(MAILTO)
    if not label or label == url or url.removeprefix("https://").removeprefix("http://").rstrip("/") == label:
        return url
    clean = label.replace("[", "(").replace("]", ")").replace("\n", " ")
    return f"[{clean}]({url.replace('(', '%28').replace(')', '%29').replace(' ', '%20')})"


def unescape(text: str) -> str:
    """The three characters that Slack escapes."""
    for escaped, character in UNESCAPED:
        text = text.replace(escaped, character)
    return text
