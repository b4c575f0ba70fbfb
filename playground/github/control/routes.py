"""Every control route: method, path, handler."""

from aiohttp import web

from playground.github.control import cast, stage, weather

ROOT = "/_playground"
ROUTES = [
    ("GET", ROOT, stage.show_state),
    ("POST", f"{ROOT}/reset", stage.reset),
    ("GET", f"{ROOT}/people", cast.list_people),
    ("POST", f"{ROOT}/people", cast.add_person),
    ("PATCH", f"{ROOT}/people/{{login}}", cast.rename_person),
    ("DELETE", f"{ROOT}/people/{{login}}", cast.delete_person),
    ("DELETE", f"{ROOT}/tokens", cast.drop_token),
    ("POST", f"{ROOT}/repositories", cast.add_repository),
    ("PATCH", f"{ROOT}/repositories/{{owner}}/{{repo}}", cast.change_repository),
    ("PATCH", f"{ROOT}/pulls/{{owner}}/{{repo}}/{{number:\\d+}}", cast.change_pull),
    ("DELETE", f"{ROOT}/repositories/{{owner}}/{{repo}}", cast.delete_repository),
    ("PUT", f"{ROOT}/hook", weather.point_hooks),
    ("GET", f"{ROOT}/webhooks", weather.show_webhooks),
    ("PUT", f"{ROOT}/webhooks", weather.set_webhooks),
    ("POST", f"{ROOT}/webhooks/idle", weather.wait_idle),
    ("PUT", f"{ROOT}/paging", weather.set_paging),
    ("GET", f"{ROOT}/faults", weather.list_faults),
    ("POST", f"{ROOT}/faults", weather.add_fault),
    ("DELETE", f"{ROOT}/faults", weather.clear_faults),
    ("POST", f"{ROOT}/rate_limit", weather.exhaust_limit),
    ("GET", f"{ROOT}/log", stage.show_log),
    ("DELETE", f"{ROOT}/log", stage.clear_log),
    ("POST", f"{ROOT}/said", stage.have_said),
    ("GET", f"{ROOT}/conversations/{{owner}}/{{repo}}/{{number:\\d+}}", stage.show_conversation),
]


async def list_routes(request: web.Request) -> web.Response:
    """`GET /_playground/routes`: this list, each with the line that explains it."""
    lines = [
        f"{method} {path}: {' '.join((handler.__doc__ or '').split())}" for method, path, handler in ROUTES
    ]
    return web.Response(text="\n".join(lines) + "\n")


def control_routes() -> list[web.RouteDef]:
    """The control door's routes for aiohttp."""
    found = [web.route(method, path, handler) for method, path, handler in ROUTES]
    return [*found, web.get(f"{ROOT}/routes", list_routes)]
