"""The workspace of a seed: the people of the pretend GitHub, and some that only Slack has."""

from playground.seeds.catalog import draw_cast
from playground.slack.faults import Fault
from playground.slack.server import Options, SlackPlayground


async def described(seed: int) -> dict[str, object]:
    async with SlackPlayground(Options(seed=seed)) as playground:
        told = playground.describe()
    return {key: value for key, value in told.items() if not key.endswith("url")}


async def test_a_seed_is_a_world_and_another_is_another() -> None:
    one, again, other = await described(1), await described(1), await described(2)
    assert one == again
    assert all(
        one[name] != other[name] for name in ("team", "people", "channels", "bot_token", "signing_secret")
    )


async def test_the_same_humans_are_on_github() -> None:
    told = await described(5)
    people = told["people"]
    assert isinstance(people, dict)
    for role, (login, name) in draw_cast(5).people.items():
        if role != "bot":
            assert (people[role]["name"], people[role]["real_name"]) == (login, name)
    assert people.keys() >= {"guest", "deactivated", "grid", "robot", "stranger", "bot"}


def test_faults_know_slacks_kinds_beside_everybodys() -> None:
    assert {"error", "ratelimited", "hang", "half", "drop"} <= set(Fault.kinds)
    assert "secondary_limit" not in Fault.kinds
