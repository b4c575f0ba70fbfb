"""What a change is called: its pull request's title and body, its commit's message, authors and trailers."""

from __future__ import annotations

from bot.phrases import short
from bot.planning import Plan
from bot.platform import Forge
from bot.run import Run
from bot.safety import harmless, plain
from bot.workshop import Commit
from models.job import Job
from models.message import Actor

JOB_TRAILER = "Bellhop-Job"
CO_AUTHOR = "Co-authored-by"
SIGN_OFF = "Signed-off-by"
NO_BRACKETS = str.maketrans("", "", "<>")
CRUD = " .,:;\"\\'"  # what git takes from the ends of a name (ident.c, `crud`)
TITLE = "{title} ({handle})"
DEFAULT_TITLE = "Resolve {key}"
SUBJECT_CHARACTERS = 72
TITLE_CHARACTERS = 180
BODY = """\
{summary}

Asked for by @{login} in {place}. Checks: {checks}. {closes}
"""
CLOSES = "Closes #{number}."
CONCERNS = "For #{number}."


def title(job: Job) -> str:
    """An issue's own title says best what is resolved; on a pull request the request does."""
    issue = job.context if job.context and job.context.pull_number is None else None
    said = (issue.issue_title if issue else "") or _asked(job)
    return TITLE.format(title=short(plain(said), TITLE_CHARACTERS), handle=job.handle)


def _asked(job: Job) -> str:
    """What was asked for in a line: the request, else the title of what it was written under."""
    titled = job.context.issue_title if job.context else ""
    return short(job.request.text, TITLE_CHARACTERS) or titled or DEFAULT_TITLE.format(key=job.thread)


def body(job: Job, plan: Plan, summary: str, checks: str, template: str) -> str:
    """The agent's words made harmless, what there is to know, and the repository's own template below."""
    told = BODY.format(
        summary=harmless(summary).strip(),
        login=job.requester.login if job.requester else "",
        place=plan.context.comment_url or plan.thread.name,
        checks=checks,
        closes=_closes(job, plan),
    )
    return f"{told}\n---\n\n{template}" if template else told


def _closes(job: Job, plan: Plan) -> str:
    """Only who asked for nothing but the issue wants it closed: a request may be a part of it."""
    if plan.thread.number is None:
        return ""
    is_whole = plan.context.pull_number is None and not job.request.text.strip()
    return (CLOSES if is_whole else CONCERNS).format(number=plan.thread.number)


async def commit(run: Run, forge: Forge, plan: Plan, summary: str) -> Commit:
    """By the bot, with the job and the requester in its trailers. Raises IntegrationError."""
    job, settings = run.job, run.services.settings
    me = await run.services.home_of(plan.thread).me()
    is_first = plan.change is None and plan.context.pull_number is None
    subject = short((plan.context.issue_title if is_first else "") or _asked(job), SUBJECT_CHARACTERS)
    message = f"{plain(subject)}\n\n{plain(summary)}"
    name = _name(settings.commit_name) or _name(me.display_name) or me.login
    email = settings.commit_email or forge.commit_email(me)
    return Commit(
        message=message.strip(),
        author_name=name,
        author_email=email,
        trailers=_trailers(run, forge, f"{name} <{email}>"),
    )


def _trailers(run: Run, forge: Forge, committer: str) -> tuple[tuple[str, str], ...]:
    job, settings = run.job, run.services.settings
    trailers = [(JOB_TRAILER, job.handle)]
    person = _person(forge, job.requester) if job.requester else ""
    if person and settings.co_author:
        trailers.append((CO_AUTHOR, person))
    if settings.sign_off:
        # A check wants the sign-off of author or committer, name and address; of several one has to be theirs.
        # github.com/dcoapp/app#how-it-works
        trailers += [(SIGN_OFF, signer) for signer in dict.fromkeys((committer, person)) if signer]
    return tuple(trailers)


def _person(forge: Forge, actor: Actor) -> str:
    # What somebody calls themselves may hold anything, an address of somebody else's included.
    return f"{_name(plain(actor.display_name)) or actor.login} <{forge.commit_email(actor)}>"


def _name(text: str) -> str:
    """As git keeps it in a commit: a trailer that names the same person has to be equal to it."""
    return " ".join(text.translate(NO_BRACKETS).split()).strip(CRUD)
