"""Who may do what: roles of people in repositories.

docs.github.com/organizations/managing-user-access-to-your-organizations-repositories (the five roles, lowest first)
"""

from playground.github.records import Repository, User

ROLES = ("none", "read", "triage", "write", "maintain", "admin")
LEGACY_PERMISSIONS = {
    "maintain": "write",
    "triage": "read",
}  # docs.github.com/rest/collaborators/collaborators


def role(repository: Repository, user: User | None) -> str:
    """The highest role from all grants: ownership, organization, collaboration, and being public."""
    grants = ["none" if repository.is_private else "read"]
    if user:
        grants.append(repository.collaborators.get(user.id, "none"))
        grants.append("admin" if _is_owner(repository, user) else "none")
    return max(grants, key=ROLES.index)


def allows(repository: Repository, user: User | None, needed: str) -> bool:
    """Whether the user has at least the needed role."""
    return ROLES.index(role(repository, user)) >= ROLES.index(needed)


def legacy_permission(role_name: str) -> str:
    """The role in the older words: admin, write, read, none."""
    return LEGACY_PERMISSIONS.get(role_name, role_name)


def permissions(role_name: str) -> dict[str, bool]:
    """The role as the five booleans that user and repository objects carry."""
    rank = ROLES.index(role_name)
    needed = {"admin": 5, "maintain": 4, "push": 3, "triage": 2, "pull": 1}
    return {name: rank >= least for name, least in needed.items()}


def association(repository: Repository, user: User) -> str:
    """GitHub's `author_association`: a hint, never a permission."""
    if repository.owner is user:
        return "OWNER"
    if user.id in repository.owner.members:
        return "MEMBER"
    if user.id in repository.collaborators:
        return "COLLABORATOR"
    return "CONTRIBUTOR" if _has_merged(repository, user) else "NONE"


def _is_owner(repository: Repository, user: User) -> bool:
    return repository.owner is user or repository.owner.members.get(user.id) == "admin"


def _has_merged(repository: Repository, user: User) -> bool:
    return any(pull.merged_at and pull.issue.user is user for pull in repository.pulls)
