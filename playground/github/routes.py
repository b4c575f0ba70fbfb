"""Every REST route: method, path, the least role in the repository, and the endpoint.

"open" needs nobody, "person" needs a token; reads with "read" need no token where the repository is public.
"""

from aiohttp import web

from playground.github.calls import Endpoint, endpoint
from playground.github.endpoints import (
    comments,
    commits,
    contents,
    files,
    hooks,
    issues,
    labels,
    oauth,
    people,
    proposals,
    pulls,
    reactions,
    refs,
    repositories,
    review_comments,
    reviews,
)

PREFIX = "/api/v3"
REPO = "/repos/{owner}/{repo}"
BY_NUMBER = r"/repositories/{repository_id:\d+}"  # where redirects of renamed repositories lead
ISSUE = REPO + r"/issues/{number:\d+}"
ISSUE_COMMENT = REPO + r"/issues/comments/{comment_id:\d+}"
PULL = REPO + r"/pulls/{number:\d+}"
REVIEW_COMMENT = REPO + r"/pulls/comments/{comment_id:\d+}"
REVIEW = PULL + r"/reviews/{review_id:\d+}"
HOOK = REPO + r"/hooks/{hook_id:\d+}"
DELIVERY = HOOK + r"/deliveries/{delivery_id:\d+}"
REACTION = r"/reactions/{reaction_id:\d+}"

PEOPLE: list[tuple[str, str, str, Endpoint]] = [
    ("GET", "/user", "person", people.get_me),
    ("GET", r"/user/{account_id:\d+}", "open", people.get_user_by_id),
    ("GET", "/user/repos", "person", repositories.list_own),
    ("GET", "/users/{username}", "open", people.get_user),
    ("GET", "/users/{username}/repos", "open", repositories.list_owned),
    ("GET", "/orgs/{username}/repos", "open", repositories.list_owned),
    ("GET", "/rate_limit", "open", people.get_rate_limit),
    ("DELETE", "/applications/{client_id}/token", "open", oauth.delete_token),
    ("GET", "/meta", "open", people.get_meta),
]
REPOSITORIES: list[tuple[str, str, str, Endpoint]] = [
    ("GET", REPO, "read", repositories.get_repository),
    ("GET", REPO + "/collaborators", "write", repositories.list_collaborators),
    ("GET", REPO + "/collaborators/{username}", "write", repositories.check_collaborator),
    ("GET", REPO + "/collaborators/{username}/permission", "read", repositories.get_permission),
    ("GET", REPO + "/assignees", "read", repositories.list_assignees),
    ("GET", REPO + "/forks", "read", repositories.list_forks),
    ("POST", REPO + "/forks", "read", repositories.create_fork),
    ("GET", REPO + "/labels", "read", labels.list_labels),
    ("POST", REPO + "/labels", "triage", labels.create_label),
    ("GET", REPO + "/labels/{name}", "read", labels.get_label),
    ("DELETE", REPO + "/labels/{name}", "triage", labels.delete_label),
]
ISSUES: list[tuple[str, str, str, Endpoint]] = [
    ("GET", REPO + "/issues", "read", issues.list_issues),
    ("POST", REPO + "/issues", "read", issues.create_issue),
    ("GET", REPO + "/issues/comments", "read", comments.list_all_comments),
    ("GET", ISSUE_COMMENT, "read", comments.get_comment),
    ("PATCH", ISSUE_COMMENT, "read", comments.update_comment),
    ("DELETE", ISSUE_COMMENT, "read", comments.delete_comment),
    ("GET", ISSUE_COMMENT + "/reactions", "read", reactions.list_on_comment),
    ("POST", ISSUE_COMMENT + "/reactions", "read", reactions.create_on_comment),
    ("DELETE", ISSUE_COMMENT + REACTION, "read", reactions.delete_on_comment),
    ("GET", ISSUE, "read", issues.get_issue),
    ("PATCH", ISSUE, "read", issues.update_issue),
    ("GET", ISSUE + "/comments", "read", comments.list_comments),
    ("POST", ISSUE + "/comments", "read", comments.create_comment),
    ("GET", ISSUE + "/reactions", "read", reactions.list_on_issue),
    ("POST", ISSUE + "/reactions", "read", reactions.create_on_issue),
    ("DELETE", ISSUE + REACTION, "read", reactions.delete_on_issue),
    ("GET", ISSUE + "/labels", "read", issues.list_labels),
    ("POST", ISSUE + "/labels", "triage", issues.add_labels),
    ("PUT", ISSUE + "/labels", "triage", issues.set_labels),
    ("DELETE", ISSUE + "/labels", "triage", issues.clear_labels),
    ("DELETE", ISSUE + "/labels/{name:.+}", "triage", issues.remove_label),
    ("POST", ISSUE + "/assignees", "triage", issues.add_assignees),
    ("DELETE", ISSUE + "/assignees", "triage", issues.remove_assignees),
]
PULLS: list[tuple[str, str, str, Endpoint]] = [
    ("GET", REPO + "/pulls", "read", pulls.list_pulls),
    ("POST", REPO + "/pulls", "read", proposals.create_pull),
    ("GET", REPO + "/pulls/comments", "read", review_comments.list_all),
    ("GET", REVIEW_COMMENT, "read", review_comments.get_comment),
    ("PATCH", REVIEW_COMMENT, "read", review_comments.update_comment),
    ("DELETE", REVIEW_COMMENT, "read", review_comments.delete_comment),
    ("GET", REVIEW_COMMENT + "/reactions", "read", reactions.list_on_review_comment),
    ("POST", REVIEW_COMMENT + "/reactions", "read", reactions.create_on_review_comment),
    ("DELETE", REVIEW_COMMENT + REACTION, "read", reactions.delete_on_review_comment),
    ("GET", PULL, "read", pulls.get_pull),
    ("PATCH", PULL, "read", pulls.update_pull),
    ("GET", PULL + "/files", "read", pulls.list_files),
    ("GET", PULL + "/commits", "read", pulls.list_commits),
    ("GET", PULL + "/merge", "read", pulls.check_merged),
    ("PUT", PULL + "/merge", "write", pulls.merge_pull),
    ("POST", PULL + "/requested_reviewers", "triage", pulls.request_reviewers),
    ("GET", PULL + "/reviews", "read", reviews.list_reviews),
    ("POST", PULL + "/reviews", "read", reviews.create_review),
    ("GET", REVIEW, "read", reviews.get_review),
    ("GET", REVIEW + "/comments", "read", reviews.list_comments),
    ("GET", PULL + "/comments", "read", review_comments.list_on_pull),
    ("POST", PULL + "/comments", "read", review_comments.create_on_pull),
    ("POST", PULL + r"/comments/{comment_id:\d+}/replies", "read", review_comments.create_reply),
]
CODE: list[tuple[str, str, str, Endpoint]] = [
    ("GET", REPO + "/git/ref/{ref:.+}", "read", refs.get_ref),
    ("GET", REPO + "/git/matching-refs/{ref:.+}", "read", refs.list_refs),
    ("POST", REPO + "/git/refs", "write", refs.create_ref),
    ("PATCH", REPO + "/git/refs/{ref:.+}", "write", refs.update_ref),
    ("DELETE", REPO + "/git/refs/{ref:.+}", "write", refs.delete_ref),
    ("GET", REPO + "/branches", "read", refs.list_branches),
    ("GET", REPO + "/branches/{branch:.+}/protection", "admin", refs.get_protection),
    ("GET", REPO + "/branches/{branch:.+}", "read", refs.get_branch),
    ("GET", REPO + "/rules/branches/{branch:.+}", "read", refs.list_rules),
    ("GET", REPO + "/commits", "read", commits.list_commits),
    ("GET", REPO + "/commits/{ref:.+}/pulls", "read", commits.list_pulls),
    ("GET", REPO + "/commits/{ref:.+}/status", "read", commits.combined_status),
    ("GET", REPO + "/commits/{ref:.+}/statuses", "read", commits.list_statuses),
    ("GET", REPO + "/commits/{ref:.+}", "read", commits.get_commit),
    ("GET", REPO + "/compare/{basehead:.+}", "read", commits.compare),
    ("POST", REPO + "/statuses/{ref}", "write", commits.create_status),
    ("GET", REPO + "/contents", "read", contents.get_contents),
    ("GET", REPO + "/contents/{path:.*}", "read", contents.get_contents),
    ("PUT", REPO + "/contents/{path:.+}", "write", files.put_file),
    ("DELETE", REPO + "/contents/{path:.+}", "write", files.delete_file),
]
HOOKS: list[tuple[str, str, str, Endpoint]] = [
    ("GET", REPO + "/hooks", "admin", hooks.list_hooks),
    ("POST", REPO + "/hooks", "admin", hooks.create_hook),
    ("GET", HOOK, "admin", hooks.get_hook),
    ("PATCH", HOOK, "admin", hooks.update_hook),
    ("DELETE", HOOK, "admin", hooks.delete_hook),
    ("GET", HOOK + "/config", "admin", hooks.get_config),
    ("PATCH", HOOK + "/config", "admin", hooks.update_config),
    ("POST", HOOK + "/pings", "admin", hooks.ping_hook),
    ("GET", HOOK + "/deliveries", "admin", hooks.list_deliveries),
    ("GET", DELIVERY, "admin", hooks.get_delivery),
    ("POST", DELIVERY + "/attempts", "admin", hooks.redeliver),
]
ROUTES = [*PEOPLE, *REPOSITORIES, *ISSUES, *PULLS, *CODE, *HOOKS]


def rest_routes() -> list[web.RouteDef]:
    """The routes for aiohttp, below the Enterprise prefix."""
    found = []
    for method, path, needed, work in ROUTES:
        by_number = path.replace(REPO, BY_NUMBER, 1) if path.startswith(REPO) else None
        found += [
            web.route(method, PREFIX + item, endpoint(work, needed)) for item in (path, by_number) if item
        ]
    return found
