"""A GitHub `issue_comment.created` body of realistic shape and size, made here and not recorded anywhere.

Shape: https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment
"""

from collections.abc import Iterator

import orjson

API = "https://api.github.com"
WEB = "https://github.com"
MOMENT = "2026-03-04T05:06:07Z"
PLAIN_TEXT = "I can see the same thing on my machine: the second order of the day loses its discount."
ADDRESSED_TEXT = "@bellhop ping"
SMALL_BODY_BYTES = 600

USER_LINKS = {
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
REPOSITORY_LINKS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}
REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
ISSUE_TEXT = (
    "When two orders are placed within the same minute, the second one is charged the full price.\n\n"
    "**Steps**\n\n1. Put a discounted article into the basket.\n2. Pay.\n3. Do it again at once.\n\n"
    "**Expected**: the discount holds for both orders.\n\n**Seen**: `total` of the second order ignores it.\n\n"
    "```\nTraceback (most recent call last):\n"
    + "".join(f'  File "shop/pricing/step_{n}.py", line {n * 17}, in apply_{n}\n' for n in range(1, 13))
    + "AssertionError: 1990 != 1592\n```\n"
)


def make_user(login: str, number: int, kind: str = "User") -> dict[str, object]:
    """An account as GitHub writes it inside every object."""
    own = f"{API}/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": f"U_kgDO{number:08x}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
        "gravatar_id": "",
        "url": own,
        "html_url": f"{WEB}/{login}",
        **{name: own + tail for name, tail in USER_LINKS.items()},
        "type": kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def make_repository(full_name: str, owner: dict[str, object]) -> dict[str, object]:
    """A repository with all its links: by far the largest part of a real delivery."""
    own = f"{API}/repos/{full_name}"
    return {
        "id": 718281828,
        "node_id": "R_kgDOKs_4tA",
        "name": full_name.partition("/")[2],
        "full_name": full_name,
        "private": True,
        "owner": owner,
        "html_url": f"{WEB}/{full_name}",
        "description": "The shop: baskets, prices, orders and the people who wait for them",
        "fork": False,
        "url": own,
        **{name: own + tail for name, tail in REPOSITORY_LINKS.items()},
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "pushed_at": MOMENT,
        "git_url": f"git://github.com/{full_name}.git",
        "ssh_url": f"git@github.com:{full_name}.git",
        "clone_url": f"{WEB}/{full_name}.git",
        "svn_url": f"{WEB}/{full_name}",
        "homepage": None,
        "size": 4242,
        "language": "Python",
        "topics": ["shop", "prices", "orders"],
        "visibility": "private",
        "default_branch": "main",
        **{f"has_{what}": True for what in ("issues", "projects", "downloads", "wiki", "discussions")},
        **{f"{what}_count": 7 for what in ("stargazers", "watchers", "forks", "open_issues")},
        "archived": False,
        "disabled": False,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "custom_properties": {},
    }


def make_reactions(own: str) -> dict[str, object]:
    """The counts of reactions, all nought."""
    return {"url": f"{own}/reactions", "total_count": 0, **dict.fromkeys(REACTIONS, 0)}


def make_label(own: str, name: str, number: int) -> dict[str, object]:
    """One label of the repository."""
    return {
        "id": number,
        "node_id": f"LA_kwDO{number:08x}",
        "url": f"{own}/labels/{name}",
        "name": name,
        "color": "d73a4a",
        "default": False,
        "description": f"Everything about {name}",
    }


def make_issue(own: str, web: str, author: dict[str, object]) -> dict[str, object]:
    """The issue that the comment was written on."""
    here = f"{own}/issues/42"
    return {
        "url": here,
        "repository_url": own,
        "labels_url": f"{here}/labels{{/name}}",
        "comments_url": f"{here}/comments",
        "events_url": f"{here}/events",
        "html_url": f"{web}/issues/42",
        "id": 2718281828,
        "node_id": "I_kwDOKs_4tM6iBaRk",
        "number": 42,
        "title": "The second order of a minute loses its discount",
        "user": author,
        "labels": [make_label(own, name, 6000 + n) for n, name in enumerate(("bug", "prices", "checkout"))],
        "state": "open",
        "locked": False,
        "assignee": author,
        "assignees": [author],
        "milestone": None,
        "comments": 3,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "closed_at": None,
        "author_association": "MEMBER",
        "active_lock_reason": None,
        "body": ISSUE_TEXT,
        "reactions": make_reactions(here),
        "timeline_url": f"{here}/timeline",
        "performed_via_github_app": None,
        "state_reason": None,
    }


def make_comment(own: str, web: str, author: dict[str, object], text: str) -> dict[str, object]:
    """The comment itself; its id is a mark that `bodies` replaces."""
    return {
        "url": f"{own}/issues/comments/1000000000",
        "html_url": f"{web}/issues/42#issuecomment-1000000000",
        "issue_url": f"{own}/issues/42",
        "id": 1000000000,
        "node_id": "IC_kwDOKs_4tM53r1000000000",
        "user": author,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "author_association": "MEMBER",
        "body": text,
        "reactions": make_reactions(f"{own}/issues/comments/1000000000"),
        "performed_via_github_app": None,
    }


def make_delivery(text: str = PLAIN_TEXT, full_name: str = "acme/shop") -> bytes:
    """One whole delivery, minified, about 14 kB."""
    ada, acme = make_user("ada-lindqvist", 31415926), make_user("acme", 16180339, "Organization")
    own, web = f"{API}/repos/{full_name}", f"{WEB}/{full_name}"
    organization = {k: v for k, v in acme.items() if k in ("login", "id", "node_id", "avatar_url")}
    return orjson.dumps(
        {
            "action": "created",
            "issue": make_issue(own, web, ada),
            "comment": make_comment(own, web, ada, text),
            "repository": make_repository(full_name, acme),
            "organization": organization
            | {"url": f"{API}/orgs/acme", "description": "Everything but the anvil"},
            "sender": ada,
        }
    )


def bodies(template: bytes, first: int, count: int) -> Iterator[bytes]:
    """Yield `count` bodies that differ in the comment's id, starting at `first`."""
    parts = template.split(b"1000000000")
    for number in range(first, first + count):
        yield str(1_000_000_000 + number).encode().join(parts)
