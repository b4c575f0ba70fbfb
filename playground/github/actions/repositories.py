"""Making and forking repositories, and giving them webhooks."""

from dataclasses import dataclass

from playground.github.events import ZEN, publish
from playground.github.git import Git
from playground.github.records import Hook, Repository, User
from playground.github.shapes.hooks import hook as hook_shape
from playground.github.shapes.repositories import plain_repository
from playground.github.store import now
from playground.github.world import World

FIRST_COMMIT = "Initial commit"
AUTHOR = "Playground <playground@example.com>"
FIRST_COMMIT_EPOCH = 1_735_689_600  # fixed, so that the same files make the same commits on every run


@dataclass(frozen=True)
class HookRequest:
    """What a new webhook should be."""

    url: str
    secret: str | None = None
    content_type: str = "json"
    events: tuple[str, ...] = ("*",)
    is_active: bool = True
    insecure_ssl: str = "0"


async def create_repository(
    world: World, owner: User, name: str, files: dict[str, str], default_branch: str = "main"
) -> Repository:
    """A new repository with one commit of these files and, if the server has a target, a webhook."""
    repository = world.store.add_repository(owner, name)
    repository.default_branch = default_branch
    await world.git.create(repository.id, default_branch)
    if files:
        await import_files(world.git, repository.id, default_branch, files)
    if world.hook_target:
        add_hook(world, owner, repository, HookRequest(world.hook_target.url, world.hook_target.secret))
    return repository


async def import_files(git: Git, repository_id: int, branch: str, files: dict[str, str]) -> None:
    """One root commit of the files on the branch."""
    message = FIRST_COMMIT.encode()
    lines = [
        f"commit refs/heads/{branch}\n".encode(),
        f"committer {AUTHOR} {FIRST_COMMIT_EPOCH} +0000\n".encode(),
        b"data %d\n%s\n" % (len(message), message),
    ]
    for path, text in sorted(files.items()):
        content = text.encode()
        lines.append(b"M 100644 inline %s\ndata %d\n%s\n" % (_quoted(path), len(content), content))
    await git.run(repository_id, "fast-import", "--quiet", stdin=b"".join(lines))


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode()


async def fork_repository(
    world: World, actor: User, source: Repository, owner: User, name: str
) -> Repository:
    """The owner's fork: the one they have, else a new one (`fork` event)."""
    existing = next((fork for fork in source.forks if fork.owner is owner), None)
    if existing:
        return existing
    while world.store.repository(owner.login, name):
        name += "-1"
    fork = world.store.add_repository(owner, name, parent=source)
    fork.default_branch, fork.description = source.default_branch, source.description
    fork.is_private = source.is_private
    source.forks.append(fork)
    await world.git.fork(source.id, fork.id)
    forkee = plain_repository(world.links, fork) | {"public": not fork.is_private}
    publish(world, source, "fork", actor, {"forkee": forkee})
    return fork


def add_hook(world: World, actor: User, repository: Repository, request: HookRequest) -> Hook:
    """A new webhook; it gets a `ping` at once."""
    stamp = now()
    hook = Hook(
        world.store.next_id("hook"),
        request.url,
        request.secret,
        request.content_type,
        request.insecure_ssl,
        list(request.events),
        request.is_active,
        stamp,
        stamp,
    )
    repository.hooks[hook.id] = hook
    ping(world, actor, repository, hook)
    return hook


def ping(world: World, actor: User, repository: Repository, hook: Hook) -> None:
    """`ping`, to this hook alone."""
    shape = hook_shape(world.links, repository, hook)
    fields = {"zen": ZEN, "hook_id": hook.id, "hook": shape}
    others, repository.hooks = repository.hooks, {hook.id: hook}
    wanted, hook.events = hook.events, ["ping"]
    publish(world, repository, "ping", actor, fields)
    repository.hooks, hook.events = others, wanted
