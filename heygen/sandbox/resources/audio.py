"""Searching music and sound effects by what they sound like."""

from __future__ import annotations

from heygen.sandbox.problems import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call


def search(call: Call) -> dict[str, Any]:
    query = call.query["query"]
    if not query.strip():
        raise invalid("query must not be empty", "query")
    found = [
        {**sound, "score": score(call, query, sound["id"], sound["description"])}
        for sound in call.world.presets("sound")
        if sound["type"] == call.query["type"]
    ]
    found = [each for each in found if each["score"] >= call.query["min_score"]]
    return call.list(ranked(found), lambda each: {**each, "audio_url": _link(call, each)}, lambda each: each["rank"])


def score(call: Call, query: str, id: str, description: str) -> float:
    """Return how close a thing is to a query, from 0 to 1: shared words count, the rest follows from the seed."""
    query_words, words = set(query.casefold().split()), set(description.casefold().replace(",", "").split())
    shared = len(query_words & words) / max(1, len(query_words))
    return round(0.7 + 0.2 * shared + 0.1 * call.world.mint.fraction("score", f"{query} {id}"), 4)


def ranked(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return results with the closest first, each with its rank."""
    ordered = sorted(found, key=lambda each: -each["score"])
    return [{**each, "rank": rank} for rank, each in enumerate(ordered)]


def _link(call: Call, sound: dict[str, Any]) -> str:
    return call.world.link(f"/files/sound/{sound['id']}/sound.wav")


OPERATIONS = {"sounds list": search}
