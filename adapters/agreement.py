"""Whether the settings agree with each other and with what is installed, before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from adapters import redis
from adapters.agents import AGENTS
from adapters.opening import NEEDS, advice
from adapters.storage import open_storage, urls
from bot.errors import ConfigurationError
from bot.platform import Platform
from bot.settings import Settings

NO_AGENT = "no agent {name!r}; there is {known}"
AGREE = "settings agree; platforms: {names}\n"
NOT_ASKED = "nobody was asked: whether each platform takes its token, `/readyz` tells once Bellhop runs\n"
NO_PLATFORM = """Nobody can ask anything yet. Set, for a platform of yours:
{needs}
or play without an account: bellhop all --playground
"""
NO_KEY = "there is no file {path}"


def check(settings: Settings) -> None:
    """Raises ConfigurationError: the first thing wrong, on one line. Connects to nothing."""
    open_storage(settings.database)
    if not settings.is_redis_embedded:
        redis.connect(settings.redis_url).close()
    if settings.agent not in AGENTS:
        known = ", ".join(AGENTS)
        raise ConfigurationError("BELLHOP_AGENT", NO_AGENT.format(name=settings.agent, known=known))
    if settings.signing_key and not Path(settings.signing_key).is_file():
        raise ConfigurationError("BELLHOP_SIGNING_KEY", NO_KEY.format(path=settings.signing_key))


def told(opened: Mapping[tuple[str, str], Platform]) -> str:
    """What the settings come to, and what to do next when that is nothing."""
    names = ", ".join("/".join(key) for key in opened) or "none"
    return AGREE.format(names=names) + _warnings() + (NOT_ASKED if opened else hint(opened))


def _warnings() -> str:
    return "".join(f"warning: {sentence}\n" for sentence in advice())


def hint(opened: Mapping[tuple[str, str], Platform]) -> str:
    """What to do when no platform is configured; "" when one is."""
    needs = "\n".join(f"  {name}: {' and '.join(needed)}" for name, needed in NEEDS.items())
    return "" if opened else NO_PLATFORM.format(needs=needs)


def has_kept(settings: Settings) -> bool:
    """Whether there is a database to look into. A server's is taken to be there."""
    file = urls.file_of(settings.database)
    return file is None or file.is_file()


def make_data_folder(settings: Settings) -> None:
    """Readable by us alone: it holds deliveries, mirrors of private repositories and the Redis password."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            "BELLHOP_DATA_DIR", f"set it to a writable folder ({error.strerror})"
        ) from error
