"""Measurements are found by their keys, and a newer one replaces the older."""

from __future__ import annotations

from workbench.history.evaluation import measurements
from workbench.history.evaluation.measurements import Measurement
from workbench.history.store import HistoryStore


def one(key: str, payload: bytes, kind: str = "labels") -> Measurement:
    return Measurement(key=key, kind=kind, model="tiny", payload=payload)


async def test_measurements_are_found_by_key_and_replaced(store: HistoryStore) -> None:
    await store.write(measurements.keep, [one(str(each), b"old") for each in range(700)])
    await store.write(measurements.keep, [one("3", b"new"), one("s", b"test", "self-test")])
    await store.write(measurements.keep, [])
    found = await store.read(measurements.load, [*map(str, range(1_000)), "s"])
    assert len(found) == 701
    assert (found["2"], found["3"], found["s"]) == (b"old", b"new", b"test")
    (kept,) = await store.read(measurements.of_kind, "self-test")
    assert (kept.key, kept.model, kept.payload) == ("s", "tiny", b"test")
