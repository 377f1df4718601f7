"""What is allowed in a policy and yet probably not meant, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from overflow.core.model import Channel, Home, Mode, Policy
from overflow.policies.quantities import spoken
from overflow.policies.week import days, teams_of, uncovered

_WEEK_HOURS: Final = 7 * 24


def warnings(policy: Policy, now: float) -> list[str]:
    """Every warning; the coming seven days count where hours matter."""
    return [
        *_modes(policy),
        *_teams(policy, now),
        *_partners(policy),
        *(text for channel in policy.channels.values() for text in _channel(policy, channel)),
        *_nobody_open(policy, now),
        *_peaks(policy, now),
    ]


def _peaks(policy: Policy, now: float) -> Iterator[str]:
    calendar = policy.calendar
    for peak in calendar.peaks:
        if calendar.coming(peak, now) is None:
            yield f"the peak {peak.name} ({peak.on.text}) does not come within two years"


def _modes(policy: Policy) -> Iterator[str]:
    if not policy.partners:
        yield "there is no partner: every ticket stays at home"
    elif not any(partner.enabled for partner in policy.partners):
        yield "no partner is enabled: every ticket stays at home"
    if policy.mode is Mode.OFF:
        yield "the mode is off: every ticket stays where it is"


def _teams(policy: Policy, now: float) -> Iterator[str]:
    for team in teams_of(policy):
        if team.hours.next_open(now) is None:
            yield f"{team.name} is not open at any time within a year"
    if all(shift.agents == 0 for shift in policy.home.shifts):
        yield "inhouse has no agents at any time"


def _partners(policy: Policy) -> Iterator[str]:
    for partner in policy.partners:
        for name, capacity in partner.capacity.items():
            if capacity == 0:
                yield f"{partner.name} has a capacity of 0 on {name}: it is never given any"
            elif partner.total_capacity is not None and capacity > partner.total_capacity:
                yield (
                    f"{partner.name} may hold {capacity} on {name}, "
                    f"but only {partner.total_capacity} in total"
                )
        if policy.untouched < partner.answer_time:
            yield (
                f"tickets are taken back from {partner.name} after {spoken(policy.untouched)} "
                f"untouched, before its usual answer after {spoken(partner.answer_time)}"
            )


def _channel(policy: Policy, channel: Channel) -> Iterator[str]:
    name = channel.name
    helpers = [p for p in policy.partners if p.enabled and name in p.channels]
    if name not in policy.home.channels and not helpers:
        yield f"{name}: no team serves it"
    elif policy.partners and not helpers:
        yield f"{name}: no partner serves it, so nothing can overflow"
    for partner in helpers:
        if partner.answer_time > channel.target.seconds:
            yield (
                f"{name}: {partner.name} usually answers after {spoken(partner.answer_time)}, "
                f"later than the target of {spoken(channel.target.seconds)}"
            )
    if name in policy.home.channels and helpers:
        yield from _levels(policy, channel)


def _levels(policy: Policy, channel: Channel) -> Iterator[str]:
    name, levels = channel.name, channel.thresholds
    if not (levels.backlog or levels.expected_wait or levels.breach):
        meanwhile = "while inhouse is open" if policy.planning == "off" else "until it has a plan"
        yield f"{name}: no level turns pressure on, so nothing overflows {meanwhile}"
    if policy.planning != "off" and channel.handle_time is None:
        yield f"{name}: no handle_time is given, so it has no plan until some were measured"
    if (levels.expected_wait or levels.breach) and channel.handle_time is None:
        yield (
            f"{name}: no handle_time is given, so wait and chance of a late answer are unknown "
            f"until {policy.min_samples} tickets were measured"
        )
    most = _most_breach(channel)
    if levels.breach and levels.breach.start > most:
        yield (
            f"{name}: customers give up after {spoken(channel.patience or 0)} on average, so at "
            f"most {most:.0%} wait beyond the target; the level of {levels.breach.start:.0%} "
            f"is never reached"
        )


def _most_breach(channel: Channel) -> float:
    """The share that still waits at the target if nobody is served: exp(-target / patience)."""
    if channel.patience is None or channel.target.clock == "business":
        return 1.0
    return math.exp(-channel.target.seconds / channel.patience)


def _nobody_open(policy: Policy, now: float) -> Iterator[str]:
    week = days(policy.zone, now)
    for channel in policy.channels.values():
        teams = [
            team
            for team in teams_of(policy)
            if channel.name in team.channels and (isinstance(team, Home) or team.enabled)
        ]
        if not teams:
            continue
        gaps = [(day, uncovered(teams, day)) for day in week]
        shut = [day.name for day, spans in gaps if spans == [(day.start, day.end)]]
        if shut:
            yield f"{channel.name}: nobody is open on {', '.join(shut)}"
        hours = sum(end - begin for _, spans in gaps for begin, end in spans) / 3600
        if channel.live and hours and not shut:
            yield f"{channel.name}: nobody is open for {hours:.0f} of {_WEEK_HOURS} hours a week"
