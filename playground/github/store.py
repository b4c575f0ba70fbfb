"""The memory of the pretend server: tables with lookups, numbers and the clock."""

import base64
import random
import string
from collections import defaultdict
from datetime import UTC, datetime

from playground.github.records import Comment, Issue, Label, Repository, ReviewComment, User

# What every new repository has: docs.github.com/issues/using-labels-and-milestones-to-track-work/managing-labels
DEFAULT_LABELS = {
    "bug": ("d73a4a", "Something isn't working"),
    "documentation": ("0075ca", "Improvements or additions to documentation"),
    "enhancement": ("a2eeef", "New feature or request"),
    "good first issue": ("7057ff", "Good for newcomers"),
    "question": ("d876e3", "Further information is requested"),
}
TOKEN_ALPHABET = string.ascii_letters + string.digits


def now() -> str:
    """The time as GitHub writes it: UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: int) -> str:
    """An opaque global id, as GraphQL hands them out."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


class Store:
    """Users, tokens and repositories by the keys that requests use; logins and names ignore case."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.users: dict[str, User] = {}
        self.tokens: dict[str, User] = {}
        self.repositories: dict[str, Repository] = {}
        self.moved: dict[
            str, Repository
        ] = {}  # former full name -> the repository, until somebody takes the name
        self.comments: dict[int, Comment] = {}
        self.review_comments: dict[int, ReviewComment] = {}
        self._last_ids: dict[str, int] = defaultdict(lambda: self.random.randrange(10_000, 9_000_000))

    def next_id(self, kind: str) -> int:
        """The next number of a kind; where the count starts depends on the seed."""
        self._last_ids[kind] += 1
        return self._last_ids[kind]

    def add_user(self, login: str, name: str, kind: str = "User", email: str | None = None) -> User:
        """A new account."""
        user = User(self.next_id("user"), login, name, now(), kind, email)
        self.users[login.lower()] = user
        return user

    def rename(self, user: User, login: str) -> None:
        """Another login; repositories the user owns are found under it."""
        del self.users[user.login.lower()]
        user.login = login
        self.users[login.lower()] = user
        self.repositories = {item.full_name.lower(): item for item in self.repositories.values()}

    def add_token(self, user: User, token: str | None = None) -> str:
        """A personal access token of the user: `ghp_` and 36 characters."""
        token = token or "ghp_" + "".join(self.random.choices(TOKEN_ALPHABET, k=36))
        self.tokens[token] = user
        return token

    def token_of(self, user: User) -> str:
        """A token of the user; makes one when there is none."""
        owned = (token for token, owner in self.tokens.items() if owner is user)
        return next(owned, None) or self.add_token(user)

    def user(self, login: str) -> User | None:
        """The account with this login."""
        return self.users.get(login.lower())

    def user_by_id(self, user_id: int) -> User | None:
        """The account with this number."""
        return next((user for user in self.users.values() if user.id == user_id), None)

    def add_repository(self, owner: User, name: str, parent: Repository | None = None) -> Repository:
        """A new repository with GitHub's default labels and no git data yet."""
        stamp = now()
        repository = Repository(self.next_id("repository"), owner, name, stamp, stamp, stamp, parent=parent)
        for label, (color, description) in DEFAULT_LABELS.items():
            self.add_label(repository, label, color, description)
        self.repositories[repository.full_name.lower()] = repository
        return repository

    def rename_repository(self, repository: Repository, name: str) -> None:
        """Another name; requests with the former one are redirected."""
        former = repository.full_name.lower()
        del self.repositories[former]
        repository.name = name
        self.repositories[repository.full_name.lower()] = self.moved[former] = repository

    def delete_repository(self, repository: Repository) -> None:
        """Forget a repository; pull requests from it stay, with an unknown head."""
        del self.repositories[repository.full_name.lower()]
        for other in self.repositories.values():
            other.forks = [fork for fork in other.forks if fork is not repository]
            for pull in other.pulls:
                pull.head_repository = None if pull.head_repository is repository else pull.head_repository

    def delete_user(self, user: User) -> None:
        """Forget an account with its tokens and roles; what it wrote stays."""
        user.is_deleted = True
        del self.users[user.login.lower()]
        self.tokens = {token: owner for token, owner in self.tokens.items() if owner is not user}
        for repository in self.repositories.values():
            repository.collaborators.pop(user.id, None)

    def repository_by_id(self, repository_id: int) -> Repository | None:
        """The repository with this number."""
        return next((item for item in self.repositories.values() if item.id == repository_id), None)

    def moved_repository(self, owner: str, name: str) -> Repository | None:
        """The repository that once was `owner/name`."""
        return self.moved.get(f"{owner}/{name}".lower())

    def repository(self, owner: str, name: str) -> Repository | None:
        """The repository `owner/name`."""
        return self.repositories.get(f"{owner}/{name}".lower())

    def add_label(
        self, repository: Repository, name: str, color: str = "ededed", description: str | None = None
    ) -> Label:
        """A new label; the name keeps its case and is found without it."""
        label = Label(self.next_id("label"), name, color, description)
        repository.labels[name.lower()] = label
        return label

    def next_number(self, repository: Repository) -> int:
        """The next number of an issue or pull request: they share one sequence."""
        return max(repository.issues, default=0) + 1

    def touch(self, issue: Issue) -> None:
        """Mark the issue as changed now."""
        issue.updated_at = now()
