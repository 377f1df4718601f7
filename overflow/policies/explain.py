"""What a policy will do, in plain sentences for the people who run the shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from overflow.core.model import Channel, Home, Levels, Mode, Partner, Policy
from overflow.policies.explain_lifts import explain_lifts
from overflow.policies.quantities import spoken
from overflow.policies.warnings import warnings
from overflow.policies.week import (
    agents_on,
    days,
    holidays,
    open_times,
    staffed_times,
    teams_of,
)

_MODES: Final = {
    Mode.LIVE: "live: tickets are decided and moved",
    Mode.OBSERVE: "observe: tickets are decided, nothing is moved or written",
    Mode.OFF: "off: tickets stay where they are",
}
_CLOSED: Final = {
    "auto": (
        "While inhouse is closed, tickets on live channels go to a partner at once; others go if "
        "their chance to be late after opening exceeds {level:.0%}."
    ),
    "overflow": "While inhouse is closed, every ticket goes to a partner that can take it.",
    "keep": "While inhouse is closed, every ticket waits for it.",
}


def explain(policy: Policy, now: float) -> str:
    """The policy in sentences, with the opening hours of the seven days from ``now``."""
    parts = [_head(policy), _hours(policy, now), _channels(policy), _pressure(policy)]
    parts += [_partners(policy), _afterwards(policy), explain_lifts(policy, now)]
    parts.append(_warnings(policy, now))
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(policy: Policy) -> str:
    version = f", version {policy.version}" if policy.version else ""
    secrets = [
        f"{name} from {' or '.join(refs)}" for name, refs in sorted(policy.helpdesk.secrets.items())
    ]
    lines = [
        f"Shop {policy.shop}{version}. Mode {_MODES[policy.mode]}.",
        f"Helpdesk {policy.helpdesk.connector}{'; ' if secrets else ''}{', '.join(secrets)}.",
    ]
    return "\n".join(lines)


def _hours(policy: Policy, now: float) -> str:
    teams, week = teams_of(policy), days(policy.zone, now)
    agents = agents_on(policy.home, week)
    rows = [["", *(team.name for team in teams)]]
    for day in week:
        free = holidays(policy, day)
        times = [
            staffed_times(team, day, policy.zone, is_counted=len(agents) > 1)
            if isinstance(team, Home)
            else open_times(team.hours, day, policy.zone)
            for team in teams
        ]
        marked = [
            f"{text}{' (holiday)' if team.name in free else ''}"
            for text, team in zip(times, teams, strict=True)
        ]
        rows.append([day.name, *marked])
    lines = [f"Open in the coming seven days, on the clock of {policy.zone}:", *_table(rows)]
    lines += [
        f"{team.name} keeps the hours of {team.hours.zone}."
        for team in teams
        if team.hours.zone != policy.zone
    ]
    if len(agents) == 1:
        lines.append(f"inhouse: {_count(agents[0], 'agent')} on shift.")
    return "\n".join(lines)


def _channels(policy: Policy) -> str:
    return "\n".join(["Channels:", *(_channel(policy, one) for one in policy.channels.values())])


def _channel(policy: Policy, channel: Channel) -> str:
    target = channel.target
    clock = "" if target.clock == "wall" else f" of the open hours of {target.hours_of}"
    said = [f"{target.goal:.0%} answered within {spoken(target.seconds)}{clock}"]
    if channel.patience is not None:
        said.append(f"customers give up after {spoken(channel.patience)} on average")
    if channel.handle_time is not None:
        said.append(f"{spoken(channel.handle_time)} of work each")
    if channel.name in policy.home.channels:
        at_once = policy.home.concurrency.get(channel.name, 1)
        said.append(f"an agent at home works on {at_once} at once")
    else:
        said.append("not served at home")
    return f"  {channel.name}{' (live)' if channel.live else ''}: {'; '.join(said)}."


_PLANNING: Final[Mapping[str, str]] = {
    "off": "Pressure, by which tickets overflow while inhouse is open:",
    "cost": (
        "While inhouse is open tickets overflow where that costs least: from how many on is worked "
        "out every 15 s, for each channel.\nPressure, which counts for a channel without a plan:"
    ),
    "service_level": (
        "While inhouse is open as few tickets overflow as keep the goal of each channel's target: "
        "from how many on is worked out every 15 s.\nPressure, which counts for a channel without "
        "a plan:"
    ),
}


def _pressure(policy: Policy) -> str:
    alike: dict[str, list[str]] = {}
    for channel in policy.channels.values():
        alike.setdefault(_when_on(channel), []).append(channel.name)
    return "\n".join(
        [
            _PLANNING[policy.planning],
            *(f"  {', '.join(names)}: {text}." for text, names in alike.items()),
            _CLOSED[policy.when_closed].format(level=policy.closed_breach_level),
            *_beyond_home(policy),
        ]
    )


def _beyond_home(policy: Policy) -> Iterator[str]:
    """What home cannot do at all."""
    languages = policy.home.languages
    if languages:
        yield (
            f"inhouse speaks {_listed(sorted(languages))}: a ticket in another language goes to a "
            "partner that speaks it."
        )
    others = [name for name in policy.channels if name not in policy.home.channels]
    if others:
        yield f"inhouse does not serve {_listed(others)}: such a ticket goes to a partner."


def _when_on(channel: Channel) -> str:
    starts, stops = _levels(channel)
    if not starts:
        return "never"
    hold = spoken(channel.thresholds.hold)
    return f"on when {' or '.join(starts)}; off when {' and '.join(stops)}, after at least {hold}"


def _levels(channel: Channel) -> tuple[list[str], list[str]]:
    """What turns pressure on, and what off."""
    at = channel.thresholds
    starts, stops = [], []
    for levels, subject, text in (
        (at.backlog, "the backlog", lambda value: f"{value:g}"),
        (at.expected_wait, "the expected wait", spoken),
        (at.breach, "the chance of a late answer", lambda value: f"{value:.0%}"),
    ):
        if isinstance(levels, Levels):
            starts.append(f"{subject} reaches {text(levels.start)}")
            stops.append(f"{subject} is below {text(levels.stop)}")
    return starts, stops


def _partners(policy: Policy) -> str:
    if not policy.partners:
        return ""
    rule = (
        "Partners; of those that can take a ticket the cheapest gets it, and those that cost the "
        "same share by count:"
    )
    cheapest_first = sorted(policy.partners, key=lambda partner: (partner.price, partner.name))
    margin = (
        f"A partner whose chance to be late exceeds home's by more than "
        f"{policy.breach_margin:.0%} is not asked."
    )
    return "\n".join([rule, *(_partner(partner) for partner in cheapest_first), margin])


def _partner(partner: Partner) -> str:
    if not partner.enabled:
        return f"  {partner.name}: not enabled; it keeps what it holds."
    limits = [f"{most} {name}" for name, most in partner.capacity.items()]
    said = [f"EUR {partner.price:.2f} a ticket", f"holds at most {_listed(limits)}"]
    if partner.total_capacity is not None:
        said.append(f"{partner.total_capacity} in total")
    if partner.daily_limit is not None:
        said.append(f"at most {_count(partner.daily_limit, 'ticket')} a day")
    said.append(f"usually answers after {spoken(partner.answer_time)}")
    said.append(f"speaks {_listed(sorted(partner.languages)) or 'every language'}")
    return f"  {partner.name} (group {partner.group}): {'; '.join(said)}."


def _afterwards(policy: Policy) -> str:
    words = policy.words
    field = f" and the reason is written into {words.reason_field}" if words.reason_field else ""
    return (
        f"One ticket is moved out at most {_times(policy.moves.out)} and back at most "
        f"{_times(policy.moves.back)} until it is reopened. What a partner leaves untouched "
        f"for {spoken(policy.untouched)} of its open hours is taken back.\n"
        f"Tickets at a partner carry the tag {words.tag}{field}; the note is written in "
        f"{policy.notes.language}. An agent's tag {words.to_partner} hands a ticket over, "
        f"{words.keep_here} keeps it."
    )


def _warnings(policy: Policy, now: float) -> str:
    found = warnings(policy, now)
    return "\n".join(["Worth a look:", *(f"  - {text}." for text in found)]) if found else ""


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=True)]
        yield f"  {'   '.join(cells)}".rstrip()


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
