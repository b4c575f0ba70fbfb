import orjson

from benchmarks.payload import ADDRESSED_TEXT, PLAIN_TEXT, bodies, make_delivery


def test_a_delivery_is_as_large_as_a_real_one() -> None:
    assert 12_500 < len(make_delivery()) < 15_000


def test_a_delivery_addresses_nobody_unless_told() -> None:
    assert orjson.loads(make_delivery())["comment"]["body"] == PLAIN_TEXT
    assert "@" not in PLAIN_TEXT
    assert orjson.loads(make_delivery(ADDRESSED_TEXT))["comment"]["body"].startswith("@bellhop")


def test_bodies_differ_in_the_comment_and_stay_valid() -> None:
    found = [orjson.loads(body) for body in bodies(make_delivery(), first=5, count=3)]
    assert [body["comment"]["id"] for body in found] == [1_000_000_005, 1_000_000_006, 1_000_000_007]
    assert found[0]["comment"]["html_url"].endswith("#issuecomment-1000000005")
    assert found[0]["issue"] == found[1]["issue"]


def test_the_app_reads_it_as_a_comment() -> None:
    from adapters.platforms.github.payload import read

    payload = read(make_delivery())
    assert payload.action == "created"
    assert payload.comment is not None
    assert payload.comment.body == PLAIN_TEXT
    assert payload.repository is not None
    assert payload.repository.full_name == "acme/shop"
