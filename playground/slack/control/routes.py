"""Every control route: method, path, handler."""

from aiohttp import web

from playground.slack.control import clicking, managing, modals, stage, talking, weather
from playground.slack.control.asking import Act, act

ROOT = "/_playground"
ACTING: list[tuple[str, str, Act]] = [
    ("POST", "/say", talking.say),
    ("POST", "/edit", talking.edit),
    ("POST", "/delete", talking.delete),
    ("POST", "/react", talking.react),
    ("POST", "/reload", talking.reload),
    ("POST", "/home", talking.open_home),
    ("POST", "/command", clicking.run_command),
    ("POST", "/click", clicking.click),
    ("POST", "/suggest", clicking.suggest),
    ("POST", "/shortcut", clicking.use_shortcut),
    ("POST", "/message_action", clicking.act_on_message),
    ("POST", "/submit", modals.submit),
    ("POST", "/close", modals.close),
]
SEEING: list[tuple[str, str, Act]] = [
    ("GET", "", stage.show_state),
    ("GET", "/screens/{user}", stage.show_screen),
    ("GET", "/screens/{user}/{channel}", stage.show_messages),
    ("GET", "/transcripts/{channel}", stage.show_transcript),
    ("GET", "/attempts", weather.list_attempts),
    ("GET", "/log", stage.show_log),
    ("DELETE", "/log", stage.clear_log),
    ("GET", "/violations", stage.list_violations),
    ("DELETE", "/violations", stage.clear_violations),
    ("POST", "/reset", stage.reset),
]
MANAGING: list[tuple[str, str, Act]] = [
    ("GET", "/people", managing.list_people),
    ("POST", "/people", managing.add_person),
    ("PATCH", "/people/{user}", managing.change_person),
    ("GET", "/channels", managing.list_channels),
    ("POST", "/channels", managing.add_channel),
    ("PATCH", "/channels/{channel}", managing.change_channel),
    ("POST", "/channels/{channel}/members", managing.invite),
    ("DELETE", "/channels/{channel}/members/{user}", managing.kick),
    ("POST", "/usergroups", managing.add_usergroup),
    ("PATCH", "/team", managing.change_team),
    ("PUT", "/scopes", managing.change_scopes),
    ("POST", "/uninstall", managing.uninstall),
    ("POST", "/revoke_tokens", managing.revoke_tokens),
    ("POST", "/reinstall", managing.reinstall),
]
WEATHER: list[tuple[str, str, Act]] = [
    ("GET", "/delivery", weather.show_delivery),
    ("PUT", "/delivery", weather.set_delivery),
    ("POST", "/delivery/idle", weather.wait_idle),
    ("GET", "/faults", weather.list_faults),
    ("POST", "/faults", weather.add_fault),
    ("DELETE", "/faults", weather.clear_faults),
    ("GET", "/pace", weather.show_pace),
    ("PUT", "/pace", weather.set_pace),
    ("POST", "/sockets/disconnect", weather.disconnect),
    ("POST", "/sockets/drop", weather.drop_sockets),
    ("POST", "/clock", weather.advance),
    ("POST", "/challenge", weather.challenge),
    ("POST", "/ssl_check", weather.check_ssl),
    ("POST", "/app_rate_limited", weather.limit_app),
]
ROUTES = [*ACTING, *SEEING, *MANAGING, *WEATHER]


async def list_routes(request: web.Request) -> web.Response:
    """`GET /_playground/routes`: this list, each with the lines that explain it."""
    lines = [
        f"{method} {ROOT}{path}: {' '.join((work.__doc__ or '').split())}" for method, path, work in ROUTES
    ]
    return web.Response(text="\n".join(lines) + "\n")


def control_routes() -> list[web.RouteDef]:
    """The control door's routes for aiohttp."""
    found = [web.route(method, ROOT + path, act(work)) for method, path, work in ROUTES]
    return [*found, web.get(f"{ROOT}/", act(stage.show_state)), web.get(f"{ROOT}/routes", list_routes)]
