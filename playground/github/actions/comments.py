"""Comments on the conversation of issues and pull requests, and reactions on anything."""

from typing import Protocol

from playground.github.events import comment_happened
from playground.github.records import Comment, Issue, Reaction, User
from playground.github.store import now
from playground.github.world import World


class Reactable(Protocol):
    """An object that carries reactions."""

    reactions: list[Reaction]


def add_comment(world: World, actor: User, issue: Issue, body: str) -> Comment:
    """A new comment: `issue_comment.created`."""
    stamp = now()
    comment = Comment(world.store.next_id("comment"), issue, actor, body, stamp, stamp)
    issue.comments.append(comment)
    world.store.comments[comment.id] = comment
    world.store.touch(issue)
    comment_happened(world, comment, actor, "created")
    return comment


def edit_comment(world: World, actor: User, comment: Comment, body: str) -> None:
    """Another text: `issue_comment.edited` with what it was."""
    before, comment.body, comment.updated_at = comment.body, body, now()
    world.store.touch(comment.issue)
    comment_happened(world, comment, actor, "edited", changes={"body": {"from": before}})


def delete_comment(world: World, actor: User, comment: Comment) -> None:
    """`issue_comment.deleted`, with the comment as it was."""
    comment.issue.comments.remove(comment)
    del world.store.comments[comment.id]
    comment_happened(world, comment, actor, "deleted")


def react(world: World, actor: User, target: Reactable, content: str) -> tuple[Reaction, bool]:
    """The person's reaction and whether it is new; there is no webhook for reactions."""
    for reaction in target.reactions:
        if reaction.user is actor and reaction.content == content:
            return reaction, False
    reaction = Reaction(world.store.next_id("reaction"), actor, content, now())
    target.reactions.append(reaction)
    return reaction, True
