"""Plants the seeds: an organization, its people with each role, and small buggy repositories with issues."""

from typing import Any

from playground.github.actions.issues import find_or_add_label, new_issue
from playground.github.actions.repositories import create_repository
from playground.github.records import Repository, User
from playground.github.world import World
from playground.seeds.catalog import Bug, Cast, draw_bugs, draw_cast

ROLES = {"admin": "admin", "maintainer": "maintain", "writer": "write", "triager": "triage", "reader": "read"}
BOT_ROLE = "write"


async def plant(world: World) -> None:
    """Fill an empty world by its seed; seed 0 stays empty."""
    if world.seed == 0:
        return
    cast = draw_cast(world.seed)
    owner, people = _enroll(world, cast)
    for bug in draw_bugs(world.seed, cast):
        repository = await create_repository(world, owner, bug.repository, bug.files)
        repository.description = bug.description
        _grant(repository, people)
        world.summary.append(_plant_issues(world, repository, bug, people))


def _enroll(world: World, cast: Cast) -> tuple[User, dict[str, User]]:
    """The organization and one account a role, each with a token; the admin owns the organization."""
    owner = world.store.add_user(cast.organization, cast.organization.title(), "Organization")
    people = {}
    for role, (login, name) in cast.people.items():
        people[role] = world.store.add_user(
            login, name, email=None if role == "bot" else f"{login}@example.com"
        )
        world.store.add_token(people[role])
    owner.members = {people["admin"].id: "admin", people["maintainer"].id: "member"}
    world.cast = {role: user.login for role, user in people.items()}
    return owner, people


def _grant(repository: Repository, people: dict[str, User]) -> None:
    repository.collaborators = {people[role].id: grant for role, grant in ROLES.items()}
    repository.collaborators[people["bot"].id] = BOT_ROLE


def _plant_issues(world: World, repository: Repository, bug: Bug, people: dict[str, User]) -> dict[str, Any]:
    """The bug first, then a wish; what was planted, with the edits that mend the bug, for demos and tests."""
    issues = [new_issue(world, people["writer"], repository, text.title, text.body) for text in bug.issues]
    issues[0].labels.append(find_or_add_label(world, repository, "bug"))
    return {
        "repository": repository.full_name,
        "bug": bug.name,
        "issues": [issue.number for issue in issues],
        "test_command": bug.test_command,
        "fix": [edit._asdict() for edit in bug.fix],
    }
