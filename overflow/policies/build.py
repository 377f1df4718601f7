"""From the validated document to the core's ``Policy``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from overflow.core.arrivals.peaks import WHOLE_DAY, Calendar, Peak
from overflow.core.arrivals.signals import SignalRule
from overflow.core.hours import NO_HOLIDAYS, Holidays, Hours, parse_hours
from overflow.core.model import (
    HOME,
    AgeLimits,
    Channel,
    Costs,
    HelpdeskConfig,
    Home,
    Levels,
    Mode,
    MoveLimits,
    Notes,
    Partner,
    Policy,
    Retries,
    Shift,
    Target,
    Thresholds,
    Words,
)
from overflow.policies.channels import BUILT_IN, usual_channel
from overflow.policies.rules import holidays_of

Data = Mapping[str, Any]

_MEASURES: Final = ("backlog", "expected_wait", "breach")


def policy_of(data: Data, shop: str, version: int) -> Policy:
    """The policy that data without faults describes."""
    channels = {name: _channel(name, part, data) for name, part in data["channels"].items()}
    default, closed = data.get("default", {}), data.get("closed", {})
    return Policy(
        shop=shop,
        version=version,
        zone=data["zone"],
        mode=Mode(data["mode"]),
        helpdesk=_helpdesk(data["helpdesk"]),
        home=_home(data["inhouse"], data),
        partners=tuple(_partner(part, data) for part in data["partners"]),
        channels=channels,
        costs=Costs(**data.get("costs", {})),
        planning=data["planning"],
        breach_margin=data["breach_margin"],
        when_closed=closed.get("rule", "auto"),
        closed_breach_level=closed.get("breach", 0.5),
        moves=MoveLimits(**data.get("moves", {})),
        untouched=data["untouched"],
        ages=AgeLimits(**data.get("ages", {})),
        min_samples=data["min_samples"],
        retries=Retries(**data.get("retries", {})),
        notes=Notes(**data.get("notes", {})),
        words=Words(**data.get("words", {})),
        topics_as_queues=frozenset(data["topics"]),
        default_channel=default.get("channel") or usual_channel(channels) or "",
        default_language=default.get("language", ""),
        calendar=_calendar(data),
        signals=tuple(
            SignalRule(one["when"], one["lift"], one["lasts"]) for one in data.get("signals", ())
        ),
    )


def _calendar(data: Data) -> Calendar:
    """On the shop's clock; with its holidays, or the own team's where it names none."""
    holidays = _holidays(data if "holidays" in data else data["inhouse"], data)
    return Calendar(tuple(_peak(one) for one in data.get("peaks", ())), data["zone"], holidays)


def _peak(part: Data) -> Peak:
    return Peak(
        name=part["name"],
        on=part["day"],
        lift=part["lift"],
        days=part["days"],
        hours=part.get("hours", WHOLE_DAY),
        before=part["before"],
        after=part["after"],
    )


def _helpdesk(part: Data) -> HelpdeskConfig:
    return HelpdeskConfig(part["connector"], part.get("options", {}), part.get("secrets", {}))


def _home(part: Data, data: Data) -> Home:
    hours = _hours(part["hours"], part, data)
    shifts = [
        Shift(_hours(one["hours"], part, data), one["agents"]) for one in part.get("shifts", ())
    ]
    return Home(
        hours=hours,
        shifts=tuple(shifts) or (Shift(hours, part["agents"]),),
        concurrency=part.get("concurrency", {}),
        languages=frozenset(part.get("languages", ())),
        channels=frozenset(part.get("channels", data["channels"])),
        group=part.get("group"),
        name=HOME,
    )


def _partner(part: Data, data: Data) -> Partner:
    return Partner(
        name=part["name"],
        group=part["group"],
        hours=_hours(part["hours"], part, data),
        languages=frozenset(part.get("languages", ())),
        channels=frozenset(part.get("channels", part["capacity"])),
        capacity=part["capacity"],
        total_capacity=part.get("total_capacity"),
        daily_limit=part.get("daily_limit"),
        price=part["price"],
        answer_time=part["answer_time"],
        enabled=part["enabled"],
    )


def _hours(text: str, team: Data, data: Data) -> Hours:
    """The hours in the team's zone, else the shop's, with holidays likewise."""
    return parse_hours(text, team.get("zone", data["zone"]), _holidays(team, data))


def _holidays(team: Data, data: Data) -> Holidays:
    section = team.get("holidays", data.get("holidays"))
    return NO_HOLIDAYS if section is None else holidays_of(section)


def _channel(name: str, part: Data, data: Data) -> Channel:
    usual = BUILT_IN.get(name)
    target = part.get("target")
    return Channel(
        name=name,
        live=part["live"] if usual is None else part.get("live", usual.live),
        target=usual.target if usual and target is None else _target(part["target"]),
        patience=part.get("patience", usual.patience if usual else None),
        handle_time=part.get("handle_time"),
        thresholds=_thresholds(data.get("pressure", {}), part.get("pressure", {})),
    )


def _target(part: Data) -> Target:
    return Target(part["time"], part["clock"], part["hours_of"], part["goal"])


def _thresholds(shop: Data, channel: Data) -> Thresholds:
    """The channel's levels where it has some, else the shop's; null is: not measured."""
    both = {**shop, **channel}
    levels = {name: both.get(name) for name in _MEASURES}
    return Thresholds(
        **{
            name: Levels(float(at["start"]), float(at["stop"])) for name, at in levels.items() if at
        },
        hold=both.get("hold", Thresholds().hold),
    )
