"""The arguments of a verb: ids, options, topics, links, text. What it does not take is left over, never guessed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.words import Word, split
from models.command import VerbSpec, Vocabulary

TRUE = "true"
HELP = "help"
NEAR = 0.75  # of 1: "agnet" is 0.8, "port" and "repo" are 0.5
SHORTEST_NEAR = 4
NOISE = frozenset({"the", "job"})  # "cancel the job J-7K3Q": skipped where an id says which
_ASSIGNED = re.compile(r"(?:--|—|–|-)?([A-Za-z][\w-]*)=(.+)", re.DOTALL)
_FLAG = re.compile(r"(?:--|—|–|-)([A-Za-z][\w-]*)")
_GROUP = re.compile(r"\[(.*)\]", re.DOTALL)
_QUOTED = re.compile(r"(['\"])(.*)\1", re.DOTALL)


@dataclass
class Arguments:
    """What was understood of a line behind its verb, while it is being read."""

    ids: list[str] = field(default_factory=list)
    args: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    left: list[Word] = field(default_factory=list)
    text: str = ""


def strict(words: Sequence[Word], verb: VerbSpec, vocabulary: Vocabulary) -> Arguments:
    """For a verb without text: each word is understood or left over."""
    found = Arguments()
    position = 0
    while position < len(words):
        taken = _option(words[position:], verb, found.options)
        if not taken and not _argument(words[position], verb, vocabulary, found):
            found.left.append(words[position])
        position += taken or 1
    if found.ids:
        found.left = [word for word in found.left if word.bare not in NOISE]
    return found


def free(line: str, verb: VerbSpec, *, is_command: bool = False) -> Arguments:
    """For a verb with text: ids before it, options before or behind it; in between everything is as written.

    What stands where an option may and is nearly one is kept among the options: it was meant as one, and whoever
    carries the command out refuses what it does not know. `is_command`: so is any `key=value` before the text.
    """
    found, words = Arguments(), split(line)
    if verb.takes_ids and words and (typed := words[0].id):
        found.ids.append(typed)
        words = words[1:]
    while words and (taken := _option(words, verb, found.options)):
        words = words[taken:]
    if words:
        found.options.update(_slip(words[0], verb, is_any=is_command))
    while words and (taken := _last_options(words, verb, found.options)):
        words = words[:-taken]
    if all(word.is_courtesy for word in words):
        return found
    last = next(word for word in reversed(words) if not word.is_courtesy)
    found.options.update(_slip(last, verb))
    found.text = line[words[0].begin : words[-1].end]
    return found


def _argument(word: Word, verb: VerbSpec, vocabulary: Vocabulary, found: Arguments) -> bool:
    # One id a command: acting on the first of two would be half of what was asked.
    if verb.takes_ids and not found.ids and word.id:
        found.ids.append(word.id)
    elif verb.takes_link and not found.args and word.link:
        found.args.append(word.link)
    elif len(found.args) < verb.takes_words and not word.is_option_like:
        found.args.append(word.text.strip("`<>"))
    elif verb.takes_topic and not found.args and _is_topic(word, verb, vocabulary):
        found.args.append(word.bare)
    else:
        return word.is_courtesy
    return True


def _is_topic(word: Word, verb: VerbSpec, vocabulary: Vocabulary) -> bool:
    return word.bare in verb.topics or vocabulary.find(word.bare) is not None


def _option(words: Sequence[Word], verb: VerbSpec, options: dict[str, str]) -> int:
    """Take the option that `words` begin with; how many words it took. A key the verb does not know is none."""
    text = words[0].text.strip("`")
    if (group := _GROUP.fullmatch(text)) is not None:
        return _group(group[1], verb, options)
    if (assigned := _ASSIGNED.fullmatch(text)) is not None:
        return _assign(assigned[1], assigned[2], verb, options)
    flag = _FLAG.fullmatch(text.rstrip(".,;:!?"))
    if flag is None or flag[1].lower() not in verb.options | verb.flags:
        return 0
    takes_next = flag[1].lower() in verb.options and len(words) > 1 and _is_value(words[1])
    options[flag[1].lower()] = _value(words[1].text) if takes_next else TRUE
    return 2 if takes_next else 1


def is_help(word: Word) -> bool:
    """It asks what the verb before it does."""
    flag = _FLAG.fullmatch(word.bare)
    return word.is_option_like and flag is not None and flag[1] == HELP


def _slip(word: Word, verb: VerbSpec, *, is_any: bool = False) -> dict[str, str]:
    """The option that was nearly written; {} for everything else. Code is text."""
    if assigned := _ASSIGNED.fullmatch(word.text):
        key, value = assigned[1].lower(), assigned[2]
    elif word.is_option_like and (flag := _FLAG.fullmatch(word.bare)):
        key, value = flag[1], TRUE
    else:
        return {}
    is_meant = bool(near_options(key, verb)) or (is_any and value != TRUE and not value.startswith("="))
    return {key: _value(value)} if is_meant and key not in verb.options | verb.flags else {}


def near_options(key: str, verb: VerbSpec) -> list[str]:
    """The option of `verb` that `key` is a slip of. Short names are near to everything, so they are near to nothing."""
    known = sorted(name for name in verb.options if len(name) >= SHORTEST_NEAR)
    # What an option begins with may be a word of its own: "run it with mode=fast".
    return [
        name for name in difflib.get_close_matches(key, known, n=1, cutoff=NEAR) if not name.startswith(key)
    ]


def _last_options(words: Sequence[Word], verb: VerbSpec, options: dict[str, str]) -> int:
    """Take the option that `words` end with, and the courtesy behind it; how many words that is. Courtesy behind
    anything else is a part of the text: "say thank you".
    """
    courtesy = next((n for n, word in enumerate(reversed(words)) if not word.is_courtesy), 0)
    taken = _last_option(words[: len(words) - courtesy], verb, options)
    return taken and taken + courtesy


def _last_option(words: Sequence[Word], verb: VerbSpec, options: dict[str, str]) -> int:
    tried: dict[str, str] = {}
    for size in (1, 2):
        if len(words) >= size and _option(words[-size:], verb, tried) == size:
            options.update({key: value for key, value in tried.items() if key not in options})
            return size
    return 0


def _group(inside: str, verb: VerbSpec, options: dict[str, str]) -> int:
    pairs = [_ASSIGNED.fullmatch(part.strip()) for part in inside.split(",")]
    known = [pair for pair in pairs if pair and pair[1].lower() in verb.options]
    if len(known) < len(pairs):
        return 0
    return min(_assign(pair[1], pair[2], verb, options) for pair in known)


def _assign(key: str, value: str, verb: VerbSpec, options: dict[str, str]) -> int:
    if key.lower() not in verb.options:
        return 0
    options[key.lower()] = _value(value)
    return 1


def _is_value(word: Word) -> bool:
    return not (word.id or word.is_option_like or word.is_courtesy)


def _value(text: str) -> str:
    bare = text.strip("`").rstrip(",;.!?")
    quoted = _QUOTED.fullmatch(bare)
    return quoted[2] if quoted else bare
