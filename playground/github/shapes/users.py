"""Users and organizations on the wire."""

from typing import Any

from playground.github.links import Links
from playground.github.records import User
from playground.github.store import node_id

USER_TEMPLATES = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
ORGANIZATION_TEMPLATES = {
    "repos_url": "/repos",
    "events_url": "/events",
    "hooks_url": "/hooks",
    "issues_url": "/issues",
    "members_url": "/members{/member}",
    "public_members_url": "/public_members{/member}",
}
NO_COUNTS = ("public_repos", "public_gists", "followers", "following")
NO_FACTS = ("company", "location", "hireable", "bio", "twitter_username")
NO_PRIVATE_COUNTS = (
    "private_gists",
    "total_private_repos",
    "owned_private_repos",
    "disk_usage",
    "collaborators",
)


def simple_user(links: Links, user: User) -> dict[str, Any]:
    """`simple-user`: the account as other objects carry it."""
    url = f"{links.api}/users/{user.login}"
    return {
        "login": user.login,
        "id": user.id,
        "node_id": node_id(user.kind, user.id),
        "avatar_url": f"{links.base}/avatars/u/{user.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{links.base}/{user.login}",
        **{key: url + tail for key, tail in USER_TEMPLATES.items()},
        "type": user.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def maybe_user(links: Links, user: User | None) -> dict[str, Any] | None:
    """`nullable-simple-user`: a deleted account is null."""
    return simple_user(links, user) if user and not user.is_deleted else None


def public_user(links: Links, user: User) -> dict[str, Any]:
    """`public-user`: what `GET /users/{login}` tells."""
    return {
        **simple_user(links, user),
        "name": user.name,
        "email": user.email,
        "blog": "",
        **dict.fromkeys(NO_FACTS),
        **dict.fromkeys(NO_COUNTS, 0),
        "created_at": user.created_at,
        "updated_at": user.created_at,
    }


def private_user(links: Links, user: User) -> dict[str, Any]:
    """`private-user`: what `GET /user` tells its owner."""
    return {
        **public_user(links, user),
        **dict.fromkeys(NO_PRIVATE_COUNTS, 0),
        "user_view_type": "private",
        "two_factor_authentication": True,
        "plan": {"name": "enterprise", "space": 0, "collaborators": 0, "private_repos": 0},
    }


def organization(links: Links, user: User) -> dict[str, Any]:
    """The organization as webhooks carry it."""
    url = f"{links.api}/orgs/{user.login}"
    return {
        "login": user.login,
        "id": user.id,
        "node_id": node_id(user.kind, user.id),
        "url": url,
        **{key: url + tail for key, tail in ORGANIZATION_TEMPLATES.items()},
        "avatar_url": f"{links.base}/avatars/u/{user.id}?v=4",
        "description": "",
    }
