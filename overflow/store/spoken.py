"""What people declare and switch, what is told from outside and what was planned, as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from overflow.core.arrivals.signals import Signal
from overflow.core.hours import Holidays, Hours, parse_hours
from overflow.core.model import Declared, LateLevels, QueuePlan, Switch


def declared_to(declared: Declared) -> bytes:
    """The JSON of a declaration; hours as text, zone and holidays."""
    said = declared._asdict()
    said["hours"] = _hours_to(declared.hours) if declared.hours else None
    said["capacity"] = dict(declared.capacity) if declared.capacity is not None else None
    return orjson.dumps(said)


@lru_cache(maxsize=1024)
def declared_from(text: bytes) -> Declared:
    """The declaration from its JSON; read once, hours keep what they worked out."""
    said = orjson.loads(text)
    hours = said.pop("hours")
    return Declared(**said, hours=_hours_from(hours) if hours else None)


def switch_to(switch: Switch) -> bytes:
    """The JSON of a switch."""
    return orjson.dumps(switch._asdict())


@lru_cache(maxsize=1024)
def switch_from(text: bytes) -> Switch:
    """The switch from its JSON."""
    return Switch(**orjson.loads(text))


def signal_to(signal: Signal) -> bytes:
    """The JSON of a signal."""
    return orjson.dumps(signal._asdict())


@lru_cache(maxsize=1024)
def signal_from(text: bytes) -> Signal:
    """The signal from its JSON."""
    return Signal(**orjson.loads(text))


def plan_to(plan: QueuePlan) -> bytes:
    """The JSON of a plan as far as it counts: without the steps of another time than its own."""
    columns = (plan.times, plan.levels, plan.ends) if plan.ends else (plan.times, plan.levels)
    steps = [
        step
        for step, until in zip(
            zip(*columns, strict=True), (*plan.times[1:], plan.until), strict=True
        )
        if step[0] < plan.until and until > plan.made
    ]
    late = None if plan.late is None else [plan.late.crowds, plan.late.slacks, plan.late.places]
    return orjson.dumps([plan.made, plan.until, plan.method, plan.fallback, steps, late])


@lru_cache(maxsize=256)
def plan_from(text: bytes) -> QueuePlan:
    """The plan from its JSON; older ones know nothing of leaving late."""
    made, until, method, fallback, steps, *late = orjson.loads(text)
    times, levels, ends = (
        tuple(step[place] for step in steps if place < len(step)) for place in range(3)
    )
    return QueuePlan(made, until, method, times, levels, fallback, ends, _late_from(*late))


def _late_from(said: list[list[Any]] | None = None) -> LateLevels | None:
    """JSON has no infinity: it is a null."""
    if said is None:
        return None
    crowds, slacks, places = said
    rows = (tuple(math.inf if at is None else at for at in along) for along in places)
    return LateLevels(tuple(crowds), tuple(slacks), tuple(rows))


def _hours_to(hours: Hours) -> dict[str, object]:
    days = hours.holidays
    return {
        "text": hours.text,
        "zone": hours.zone,
        "country": days.country,
        "subdivision": days.subdivision,
        "added": sorted(day.isoformat() for day in days.added),
        "struck": sorted(day.isoformat() for day in days.struck),
    }


def _hours_from(said: Mapping[str, Any]) -> Hours:
    days = Holidays(
        said["country"],
        said["subdivision"],
        frozenset(date.fromisoformat(day) for day in said["added"]),
        frozenset(date.fromisoformat(day) for day in said["struck"]),
    )
    return parse_hours(said["text"], said["zone"], days)
