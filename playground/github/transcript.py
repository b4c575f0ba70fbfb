"""A conversation as a person sees it, in plain text: in order of time, with reactions and review threads."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from playground.github.records import Comment, Issue, Reaction, Review, ReviewComment

EMOJI = {
    "+1": "👍", "-1": "👎", "laugh": "😄", "hooray": "🎉", "confused": "😕", "heart": "❤️", "rocket": "🚀", "eyes": "👀",
}  # fmt: skip
HEAD = "{name}#{number} {title} [{state}]"
EMPTY = "(no description)"
SAID = "@{login} {what}:"
WHAT_REVIEWS_DO = {"COMMENTED": "reviewed", "APPROVED": "approved", "CHANGES_REQUESTED": "requested changes"}


class Entry(NamedTuple):
    """What somebody did, and said with it."""

    at: datetime | str
    login: str
    what: str
    body: str | None
    reactions: Iterable[Reaction] = ()

    def counts(self) -> dict[str, int]:
        """How often each reaction was given."""
        return dict(Counter(reaction.content for reaction in self.reactions))


def write_transcript(issue: Issue) -> str:
    """The whole conversation; hidden HTML comments are shown as the text they are."""
    name = issue.repository.full_name
    head = HEAD.format(name=name, number=issue.number, title=issue.title, state=state_of(issue))
    return "\n\n".join([head, *facts(issue), *map(_block, entries(issue))]) + "\n"


def facts(issue: Issue) -> list[str]:
    """Its labels, who is assigned, and what it would merge."""
    return [*_labels(issue), *_branches(issue)]


def state_of(issue: Issue) -> str:
    """open, closed, merged or draft."""
    if issue.pull and issue.pull.merged_at:
        return "merged"
    return "draft" if issue.pull and issue.pull.is_draft and issue.state == "open" else issue.state


def _labels(issue: Issue) -> list[str]:
    names = [f"labels: {', '.join(label.name for label in issue.labels)}"] if issue.labels else []
    people = ", ".join(f"@{user.login}" for user in issue.assignees)
    return names + ([f"assigned: {people}"] if people else [])


def _branches(issue: Issue) -> list[str]:
    pull = issue.pull
    if pull is None:
        return []
    owner = pull.head_repository.owner.login if pull.head_repository else "unknown"
    size = f"{pull.commits} commits, {pull.changed_files} files, +{pull.additions} -{pull.deletions}"
    return [f"{owner}:{pull.head_ref} ({pull.head_sha[:7]}) -> {pull.base_ref}: {size}"]


def entries(issue: Issue) -> list[Entry]:
    """The opening, then comments and what reviews said.

    GitHub's ids grow with time only within a kind, so times decide.
    """
    found = [_comment(comment) for comment in issue.comments]
    if issue.pull:
        visible = [review for review in issue.pull.reviews if review.body or review.state != "COMMENTED"]
        found += [_review(review) for review in visible]
        found += [_remark(remark) for remark in issue.pull.review_comments]
    opening = Entry(issue.created_at, issue.user.login, "opened", issue.body, issue.reactions)
    return [opening, *sorted(found, key=lambda entry: entry.at)]


def _comment(comment: Comment) -> Entry:
    what = "commented" if comment.created_at == comment.updated_at else "commented (edited)"
    return Entry(comment.created_at, comment.user.login, what, comment.body, comment.reactions)


def _review(review: Review) -> Entry:
    return Entry(review.submitted_at, review.user.login, WHAT_REVIEWS_DO[review.state], review.body)


def _remark(remark: ReviewComment) -> Entry:
    place = f"{remark.path}:{remark.line}" if remark.line else f"{remark.path} (outdated)"
    what = f"answered on {place}" if remark.in_reply_to else f"commented on {place}"
    return Entry(remark.created_at, remark.user.login, what, remark.body, remark.reactions)


def _block(entry: Entry) -> str:
    lines = (entry.body or EMPTY).replace("\r\n", "\n").split("\n")
    counts = entry.counts()
    tail = ["    " + " ".join(f"{EMOJI[name]} {count}" for name, count in counts.items())] if counts else []
    return "\n".join(
        [SAID.format(login=entry.login, what=entry.what), *(f"    {line}" for line in lines), *tail]
    )
