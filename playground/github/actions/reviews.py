"""Reviews and comments on lines of pull requests."""

from dataclasses import dataclass, field

from playground.github import history
from playground.github.actions.pulls import fork_point
from playground.github.events import review_comment_happened, review_happened
from playground.github.failures import ApiFailure, invalid
from playground.github.hunks import Place, locate, locate_position, moved
from playground.github.records import Pull, Review, ReviewComment, User
from playground.github.store import now
from playground.github.world import World

NOT_IN_DIFF = "pull_request_review_thread.line must be part of the diff"
NO_PATH = "pull_request_review_thread.path is invalid"


@dataclass(frozen=True)
class Remark:
    """A comment somebody wants on a line (`position`: GitHub's older way), a range of lines, or a file."""

    path: str
    body: str
    line: int | None = None
    side: str = "RIGHT"
    start_line: int | None = None
    start_side: str | None = None
    position: int | None = None
    subject_type: str = "line"


@dataclass(frozen=True)
class Verdict:
    """A review to submit; `state` is COMMENTED, APPROVED or CHANGES_REQUESTED."""

    state: str
    body: str
    commit_id: str
    remarks: list[tuple[Remark, Place]] = field(default_factory=list)


async def place(world: World, pull: Pull, remark: Remark) -> Place:
    """Where in the diff the remark stands; raises 422 when it stands outside."""
    start = await fork_point(world, pull)
    changes = await history.changes(world.git, pull.issue.repository.id, start, pull.head_sha)
    patch = next((change.patch or "" for change in changes if change.path == remark.path), None)
    if patch is None:
        raise invalid("PullRequestReviewComment", NO_PATH, "custom", NO_PATH)
    if remark.subject_type == "file":
        return Place(None, None, patch.partition("\n")[0])
    found = (
        locate_position(patch, remark.position)
        if remark.position
        else locate(patch, remark.line, remark.side)
    )
    if found is None:
        raise invalid("PullRequestReviewComment", NOT_IN_DIFF, "custom", NOT_IN_DIFF)
    return found


def submit(world: World, actor: User, pull: Pull, verdict: Verdict) -> Review:
    """A review: `pull_request_review.submitted`, and `pull_request_review_comment.created` for each remark."""
    review = _add_review(world, actor, pull, verdict)
    comments = [_add(world, review, remark, where) for remark, where in verdict.remarks]
    pull.requested_reviewers = [user for user in pull.requested_reviewers if user is not actor]
    review_happened(world, review, actor, "submitted")
    for comment in comments:
        review_comment_happened(world, comment, actor, "created")
    return review


def comment_once(world: World, actor: User, pull: Pull, remark: Remark, where: Place) -> ReviewComment:
    """A single comment; GitHub wraps it in a review of its own."""
    review = submit(world, actor, pull, Verdict("COMMENTED", "", pull.head_sha, [(remark, where)]))
    return next(comment for comment in pull.review_comments if comment.review is review)


def reply(world: World, actor: User, root: ReviewComment, body: str) -> ReviewComment:
    """An answer in the thread of a top-level comment."""
    if root.in_reply_to:
        raise ApiFailure(422, "Validation Failed", ["Reply comments can only be made on top-level comments"])
    review = _add_review(world, actor, root.pull, Verdict("COMMENTED", "", root.pull.head_sha))
    remark = Remark(root.path, body, root.line, root.side, root.start_line, root.start_side)
    comment = _add(world, review, remark, Place(root.line, root.position, root.diff_hunk))
    comment.in_reply_to, comment.original_line = root, root.original_line
    comment.original_commit_id, comment.original_position = root.original_commit_id, root.original_position
    review_happened(world, review, actor, "submitted")
    review_comment_happened(world, comment, actor, "created")
    return comment


def _add_review(world: World, actor: User, pull: Pull, verdict: Verdict) -> Review:
    review_id = world.store.next_id("review")
    review = Review(review_id, pull, actor, verdict.body, verdict.state, verdict.commit_id, now())
    pull.reviews.append(review)
    world.store.touch(pull.issue)
    return review


def _add(world: World, review: Review, remark: Remark, where: Place) -> ReviewComment:
    stamp, sha, pull = now(), review.commit_id, review.pull
    comment = ReviewComment(
        world.store.next_id("review_comment"),
        pull,
        review,
        review.user,
        remark.body,
        remark.path,
        sha,
        sha,
        where.hunk,
        stamp,
        stamp,
        line=where.line,
        original_line=where.line,
        start_line=remark.start_line,
        original_start_line=remark.start_line,
        side=remark.side,
        start_side=(remark.start_side or remark.side) if remark.start_line else None,
        position=where.position,
        original_position=where.position,
        subject_type=remark.subject_type,
    )
    pull.review_comments.append(comment)
    world.store.review_comments[comment.id] = comment
    return comment


def edit_review_comment(world: World, actor: User, comment: ReviewComment, body: str) -> None:
    """Another text: `pull_request_review_comment.edited`."""
    before, comment.body, comment.updated_at = comment.body, body, now()
    review_comment_happened(world, comment, actor, "edited", changes={"body": {"from": before}})


def delete_review_comment(world: World, actor: User, comment: ReviewComment) -> None:
    """`pull_request_review_comment.deleted`."""
    comment.pull.review_comments.remove(comment)
    del world.store.review_comments[comment.id]
    review_comment_happened(world, comment, actor, "deleted")


async def relocate(world: World, pull: Pull, before: str, after: str) -> None:
    """Move comments along with their lines after a push; a comment on a touched line is outdated: `line` is null."""
    for comment in pull.review_comments:
        if comment.line is None or comment.side == "LEFT":
            continue
        arguments = ["diff", "-U0", before, after, "--", comment.path]
        patch = await world.git.text(pull.issue.repository.id, *arguments)
        comment.line = moved(comment.line, patch)
        comment.start_line = moved(comment.start_line, patch) if comment.start_line else None
        comment.commit_id = after
        comment.position = comment.position if comment.line else None
