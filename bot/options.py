"""The options of a request: what each means where it was typed. What cannot be met is refused, never passed over."""

from __future__ import annotations

from bot.arguments import TRUE, near_options
from bot.command import Ask
from bot.errors import Refused
from models.change import Change
from models.job import JobContext, JobRequest

OPTIONS = frozenset({"repo", "branch", "agent", "model", "budget", "pr"})
PULL_MODES = ("draft", "ready", "none")
SHOWN_CHARACTERS = 80
NO_VALUE = "`{option}=` wants a value, as in `{slash} {verb} {option}={example}`"
EXAMPLES = {"repo": "owner/name", "branch": "main", "agent": "NAME", "model": "NAME", "pr": "ready"}
OTHER_REPOSITORY = (
    "This thread is about {here}. Ask for {there} in one of its own issues; here it is `{slash} {verb}`"
)
NO_AGENT = "No agent `{name}` here. There is {known}: `{slash} {verb} agent={first}`"
NO_PULL_MODE = "`pr=` takes draft, ready or none: `{slash} {verb} pr=ready`"
NO_OPTION = "`{verb}` has no option `{typed}=`. It takes {known}: `{slash} help {verb}`"
NEARLY = "`{verb}` has no option `{typed}=`. Did you mean `{slash} {verb} {near}={value}`?"
NO_BUDGET = "No job has a budget of its own here, so `budget=` cannot be met. Without it: `{slash} {verb}`"
GOES_ON = (
    "This conversation goes on at `{branch}`, which is offered to `{base}`; `branch=` is for a beginning. "
    "To begin afresh: `{slash} new branch={asked}`"
)
OF_PULL = (
    "What is asked for on pull request #{number} starts from its branch `{head}` and is offered to it, so "
    "`branch={asked}` cannot be met. Without it: `{slash} fix`"
)
STAYS = (
    "PR #{number} is there already and stays as it is; `pr=` is for a beginning. "
    "To begin afresh: `{slash} new pr={asked}`"
)


def check(ask: Ask) -> None:
    """Raises Refused for an option that cannot be met anywhere, before anything is fetched."""
    options, told = ask.command.options, {"slash": ask.slash, "verb": ask.command.name}
    _check_known(ask, told)
    if "budget" in options:
        raise Refused(NO_BUDGET.format(**told))
    for option, example in EXAMPLES.items():
        if options.get(option) == TRUE:
            raise Refused(NO_VALUE.format(option=option, example=example, **told))
    _check_repository(ask, told)
    _check_agent(ask, told)
    if options.get("pr", "draft") not in PULL_MODES:
        raise Refused(NO_PULL_MODE.format(**told))


def _check_known(ask: Ask, told: dict[str, str]) -> None:
    verb = ask.registry[ask.command.name].verb
    for typed, value in ask.command.options.items():
        if typed in verb.options | verb.flags:
            continue
        if near := near_options(typed, verb):
            given = "..." if value == TRUE else shown(value)
            raise Refused(NEARLY.format(typed=shown(typed), near=near[0], value=given, **told))
        known = ", ".join(f"{name}=" for name in sorted(verb.options))
        raise Refused(NO_OPTION.format(typed=shown(typed), known=known, **told))


def _check_repository(ask: Ask, told: dict[str, str]) -> None:
    there = ask.command.options.get("repo", ask.there.repository)
    if there.lower() != ask.there.repository.lower():
        raise Refused(OTHER_REPOSITORY.format(here=ask.place, there=shown(there), **told))


def _check_agent(ask: Ask, told: dict[str, str]) -> None:
    agent, agents = ask.command.options.get("agent"), ask.services.agents
    if agent and agent not in agents:
        known = ", ".join(f"`{name}`" for name in agents)
        raise Refused(NO_AGENT.format(name=shown(agent), known=known, first=next(iter(agents)), **told))


def check_here(ask: Ask, request: JobRequest, context: JobContext | None, change: Change | None) -> None:
    """Raises Refused for an option that cannot be met in this conversation. `change` is the open one, if any."""
    if (conflict := branch_conflict(request, context, change, ask.slash)) is not None:
        raise Refused(conflict)
    asked = ask.command.options.get("pr")
    is_continued = change is not None and not request.is_fresh
    if asked and is_continued and change is not None and change.pull_number is not None:
        raise Refused(STAYS.format(number=change.pull_number, asked=asked, slash=ask.slash))


def branch_conflict(
    request: JobRequest, context: JobContext | None, change: Change | None, slash: str
) -> str | None:
    """Why `branch=` cannot be met: the conversation has its branch, or the pull request is one. None: it can."""
    if request.verb == "undo" or not request.branch:
        return None  # of an undo it names what is undone
    asked = shown(request.branch)
    if context is not None and context.pull_number is not None:
        known = {context.head_ref, change.base if change and not request.is_fresh else ""}
        if request.branch in known:
            return None
        head = context.head_ref
        return OF_PULL.format(number=context.pull_number, head=head, asked=asked, slash=slash)
    if change is None or request.is_fresh or request.branch == change.base:
        return None
    return GOES_ON.format(branch=change.branch, base=change.base, asked=asked, slash=slash)


def shown(typed: str) -> str:
    """What somebody typed, short and without what would end its quotation."""
    return typed[:SHOWN_CHARACTERS].replace("`", "'")
