"""Many collections at once: the same verbs, awaited, with bounded concurrency.

`ngio_collections.aio` has the verbs of `ngio_collections` under the same names. Waiting for
servers is what takes time, so much is asked for at once, but never more than you allow.
"""

import asyncio

import ngio_collections as ngc
from ngio_collections import aio

SERVER = "https://lab.example"
PLATES, WELLS = 3, 20


def plates() -> dict[str, dict]:
    """Three plates with twenty wells each: 63 documents."""
    documents = {}
    for plate in range(PLATES):
        stubs = []
        for well in range(WELLS):
            path = f"plate{plate}/{well}.json"
            root = {"version": "0.9", "type": "collection", "id": f"well{well}", "nodes": []}
            documents[f"{SERVER}/{path}"] = {"ome": root}
            link = {"type": "json", "path": f"./{path}"}
            stubs.append({"type": "collection", "id": f"well{well}", "path": link})
        root = {"version": "0.9", "type": "collection", "id": f"plate{plate}", "nodes": stubs}
        documents[f"{SERVER}/plate{plate}.json"] = {"ome": root}
    return documents


async def main() -> None:
    """Open three plates at once, then edit and save one."""
    # A store in memory that answers after 5 milliseconds stands in for a server.
    server = ngc.MemoryStore(plates(), latency=0.005)
    urls = [f"{SERVER}/plate{number}.json" for number in range(PLATES)]

    # One plate: at most 8 requests are under way at once.
    plate = await aio.open_inlined(urls[0], store=server, concurrency=8)
    print(len(plate.report.documents), "documents, at most", server.most_in_flight, "at once")

    # Three plates at the same time, each with at most 8 requests.
    server.most_in_flight = 0
    views = await asyncio.gather(
        *(aio.open_inlined(url, store=server, concurrency=8) for url in urls)
    )
    print(len(views), "plates, at most", server.most_in_flight, "requests at once")

    # Progress of long work: how many documents were read, and how many are known of.
    seen = []
    await aio.open_inlined(urls[1], store=server, progress=lambda *now: seen.append(now))
    print("progress:", seen)

    # A cache in front of the server: the second time nothing is read again, and the tags tell
    # that nothing has changed.
    cache = ngc.CachedStore(server)
    for _ in range(2):
        await aio.open_inlined(urls[2], store=cache)
    print("cache:", cache.misses, "read,", cache.hits, "kept")

    # What fails for one does not stop the others, if you ask for that.
    results = await asyncio.gather(
        *(aio.open(url, store=server) for url in (urls[0], f"{SERVER}/lost.json")),
        return_exceptions=True,
    )
    print([type(result).__name__ for result in results])

    # Editing waits for nothing; saving is awaited.
    edited = views[0].find("well7").set_attr("lab:checked", True)
    print(await aio.save_tree(edited, store=server))


asyncio.run(main())

# Prints:
# 21 documents, at most 8 at once
# 3 plates, at most 24 requests at once
# progress: [(1, 21), (21, 21)]
# cache: 21 read, 21 kept
# ['Node', 'DocumentNotFoundError']
# wrote https://lab.example/plate0/7.json
