from pathlib import Path

from adapters.storage import open_storage
from benchmarks.measures import scale


async def test_a_filled_database_is_what_the_storage_expects(tmp_path: Path) -> None:
    storage = await scale._filled(tmp_path / "small.db", 300)
    try:
        async with storage.read() as work:
            newest = await work.deliveries.page(before=None, limit=50)
            assert [delivery.id for delivery in newest] == list(range(300, 250, -1))
            middle = await work.deliveries.get(150)
            assert middle is not None
            assert middle.key == "bench-150"
            assert middle.request.body == scale.PLAIN_TEXT.encode()
            assert middle.disposition is scale.Disposition.IGNORED_NOT_ADDRESSED
        assert await scale._sweep(storage, 300) == []
    finally:
        await storage.close()


async def test_a_clone_leaves_nothing_due(tmp_path: Path) -> None:
    storage = open_storage(f"sqlite:///{tmp_path / 'a.db'}")
    await storage.initialize()
    await scale._finish_one(storage)
    await storage.close()
    scale.clone(tmp_path / "a.db", 20)
    storage = open_storage(f"sqlite:///{tmp_path / 'a.db'}")
    await storage.initialize()
    try:
        async with storage.read() as work:
            assert len(await work.deliveries.page(before=None, limit=50)) == 20
            assert {d.disposition for d in await work.deliveries.page(before=None, limit=50)} == {
                scale.Disposition.IGNORED_NOT_ADDRESSED
            }
    finally:
        await storage.close()
