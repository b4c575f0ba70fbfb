"""Committing one file straight to a branch, as a person does on the website."""

from dataclasses import dataclass

from playground.github.actions.pulls import signature
from playground.github.actions.refs import BRANCHES, Move, announce
from playground.github.records import Repository, User
from playground.github.world import World


@dataclass(frozen=True)
class FileChange:
    """What one commit does to one file: new content, or its removal when `content` is None."""

    branch: str
    path: str
    message: str
    content: bytes | None


async def commit_file(world: World, actor: User, repository: Repository, change: FileChange) -> str:
    """The new commit on the branch, told as a push; call it with the repository's lock held."""
    git, ref = world.git, BRANCHES + change.branch
    parent = (await git.refs(repository.id, ref))[ref]
    tree = await _changed_tree(world, repository, parent, change)
    arguments = ["commit-tree", tree, "-p", parent]
    output = await git.run(repository.id, *arguments, stdin=change.message.encode(), extra=signature(actor))
    sha = output.decode().strip()
    await git.update(repository.id, ref, sha, parent)
    await announce(world, actor, repository, [Move(ref, parent, sha)])
    return sha


async def _changed_tree(world: World, repository: Repository, parent: str, change: FileChange) -> str:
    """The parent's tree with the change, made in an index of its own."""
    git, index = world.git, world.git.path(repository.id) / "index-for-one-file"
    extra = {"GIT_INDEX_FILE": str(index)}
    await git.run(repository.id, "read-tree", parent, extra=extra)
    if change.content is None:
        entry = f"0 {'0' * 40}\t{change.path}"
    else:
        blob = await git.run(repository.id, "hash-object", "-w", "--stdin", stdin=change.content)
        entry = f"100644 {blob.decode().strip()}\t{change.path}"
    await git.run(
        repository.id, "update-index", "-z", "--index-info", stdin=f"{entry}\0".encode(), extra=extra
    )
    return (await git.run(repository.id, "write-tree", extra=extra)).decode().strip()
