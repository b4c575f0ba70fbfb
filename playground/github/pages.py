"""Pages for people: a conversation, its diff, and a form to comment as one of the seeded people."""

from html import escape
from urllib.parse import quote

from aiohttp import web

from playground.github import access, history
from playground.github.actions.comments import add_comment
from playground.github.actions.pulls import fork_point
from playground.github.calls import LONGEST_BODY, TOO_LONG
from playground.github.failures import ApiFailure, not_found
from playground.github.records import Issue, Repository, User
from playground.github.transcript import EMOJI, EMPTY, Entry, entries, facts, state_of
from playground.github.world import WORLD, World
from playground.markup import to_html

STYLE = """body{font:16px/1.5 system-ui,"Apple Color Emoji","Segoe UI Emoji","Noto Color Emoji",sans-serif;
max-width:60rem;margin:0 auto;padding:1rem;color:#1f2328;background:#fff}a{color:#0550ae}h1{overflow-wrap:anywhere}
pre,code{font-family:ui-monospace,monospace;background:#f6f8fa}pre{padding:1rem;overflow:auto}
article{border:1px solid #d1d9e0;border-radius:6px;margin:1rem 0;overflow-wrap:anywhere}
article>*{margin:0;padding:.5rem 1rem}article header{background:#f6f8fa;border-bottom:1px solid #d1d9e0}
.reaction{border:1px solid #d1d9e0;border-radius:1rem;padding:0 .5rem;margin-right:.5rem;font-size:14px}
textarea{box-sizing:border-box;width:100%;height:6rem;font:inherit}button,select{font:inherit;padding:.25rem .75rem}"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · playground</title>
<style>{style}</style></head><body><header><nav aria-label="Where this is">{way}</nav></header>
<main><h1>{title}</h1>{body}</main></body></html>"""
FORM = """<h2>Say something</h2>
<form method="post"><p><label>Comment as <select name="login">{options}</select></label></p>
<p><textarea name="body" aria-label="Comment" required></textarea></p><p><button>Comment</button></p></form>"""
SAID = """<article><header><strong>{login}</strong> {what}</header><div>{body}</div>{reactions}</article>"""
REACTION = '<span class="reaction"><span aria-hidden="true">{emoji}</span> {name} {count}</span>'
LINK = '<a href="{href}">{text}</a>'
ITEM = f"<li>{LINK}</li>"
HIDDEN_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
}


def _answer(title: str, body: str, repository: Repository | None = None) -> web.Response:
    way = [("/", "playground")] + ([(f"/{repository.full_name}", repository.full_name)] if repository else [])
    links = " / ".join(LINK.format(href=escape(quote(href)), text=escape(text)) for href, text in way)
    text = PAGE.format(title=escape(title), style=STYLE, way=links, body=body)
    return web.Response(text=text, content_type="text/html", headers=HIDDEN_HEADERS)


def _list(items: list[tuple[str, str]]) -> str:
    return (
        "<ul>"
        + "".join(ITEM.format(href=escape(quote(href)), text=escape(text)) for href, text in items)
        + "</ul>"
    )


def _repository(request: web.Request) -> Repository:
    found = request.app[WORLD].store.repository(request.match_info["owner"], request.match_info["repo"])
    if found is None:
        raise not_found()
    return found


def _issue(request: web.Request) -> Issue:
    issue = _repository(request).issues.get(int(request.match_info["number"]))
    if issue is None:
        raise not_found()
    return issue


async def show_home(request: web.Request) -> web.Response:
    """`/`: the repositories. This pretend site shows private ones too: whoever sits here plays everybody."""
    repositories = request.app[WORLD].store.repositories.values()
    items = [(f"/{item.full_name}", item.full_name) for item in repositories]
    return _answer("Playground", _list([*items, ("/_playground/routes", "What else can be done here")]))


async def show_repository(request: web.Request) -> web.Response:
    """`/{owner}/{repo}`: its issues and pull requests."""
    repository = _repository(request)
    items = [(_path(issue), f"#{issue.number} {issue.title}") for issue in repository.issues.values()]
    return _answer(repository.full_name, _list(items))


def _path(issue: Issue) -> str:
    return f"/{issue.repository.full_name}/{'pull' if issue.pull else 'issues'}/{issue.number}"


async def show_issue(request: web.Request) -> web.Response:
    """`/{owner}/{repo}/issues/{number}` and `/pull/{number}`."""
    issue, world = _issue(request), request.app[WORLD]
    diff = f"<h2>Changes</h2><pre>{escape(await _diff(world, issue))}</pre>" if issue.pull else ""
    options = "".join(f"<option>{escape(user.login)}</option>" for user in _speakers(world, issue.repository))
    about = "".join(f"<p>{escape(fact)}</p>" for fact in [state_of(issue), *facts(issue)])
    said = "".join(map(_said, entries(issue)))
    body = f"{about}{said}{diff}{FORM.format(options=options)}"
    return _answer(f"{issue.title} #{issue.number}", body, issue.repository)


def _said(entry: Entry) -> str:
    counts = entry.counts().items()
    given = "".join(REACTION.format(emoji=EMOJI[name], name=name, count=count) for name, count in counts)
    return SAID.format(
        login=escape(entry.login),
        what=escape(entry.what),
        body=to_html(entry.body or EMPTY),
        reactions=f"<p>{given}</p>" if given else "",
    )


def _speakers(world: World, repository: Repository) -> list[User]:
    """Who may speak, those who may write first; nobody speaks as the bot account."""
    bot = world.cast.get("bot")
    users = [user for user in world.store.users.values() if user.kind != "Organization" and user.login != bot]
    speakers = [user for user in users if access.allows(repository, user, "read")]
    return sorted(speakers, key=lambda user: not access.allows(repository, user, "write"))


async def _diff(world: World, issue: Issue) -> str:
    assert issue.pull, "only pull requests have changes"
    start = await fork_point(world, issue.pull)
    changes = await history.changes(world.git, issue.repository.id, start, issue.pull.head_sha)
    return "\n".join(f"--- {change.path}\n{change.patch or '(binary)'}" for change in changes)


async def post_comment(request: web.Request) -> web.Response:
    """The form: the same comment as through REST, with its webhook."""
    issue, world, form = _issue(request), request.app[WORLD], await request.post()
    login, body = str(form.get("login", "")), str(form.get("body", ""))
    user = next((user for user in _speakers(world, issue.repository) if user.login == login), None)
    if user is None or not body.strip() or len(body) > LONGEST_BODY:
        raise ApiFailure(422, TOO_LONG if user else "no such person")
    add_comment(world, user, issue, body)
    raise web.HTTPSeeOther(quote(_path(issue)))


async def show_diff(request: web.Request) -> web.Response:
    """`/{owner}/{repo}/pull/{number}.diff`."""
    issue, world = _issue(request), request.app[WORLD]
    if issue.pull is None:
        raise not_found()
    start = await fork_point(world, issue.pull)
    return web.Response(
        text=await world.git.text(issue.repository.id, "diff", start, issue.pull.head_sha) + "\n"
    )


def page_routes() -> list[web.RouteDef]:
    """The pages' routes; the last to be added, because two of them match almost anything."""
    issue = r"/{owner}/{repo}/{kind:issues|pull}/{number:\d+}"
    return [
        web.get("/", show_home),
        web.get("/{owner}/{repo}", show_repository),
        web.get(issue, show_issue),
        web.post(issue, post_comment),
        web.get(r"/{owner}/{repo}/pull/{number:\d+}.diff", show_diff),
    ]
