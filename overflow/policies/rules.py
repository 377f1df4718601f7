"""What ties the fields of a policy together: each rule yields ``(path, what is wrong)``.

Rules look at what could be read of the document, so that one mistake hides no other; what is
missing or wrong in itself has been said already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from holidays import list_supported_countries

from overflow.core.arrivals.peaks import ALL
from overflow.core.model import HOME
from overflow.core.public_holidays import Holidays
from overflow.helpdesks import check_options, may_be_ungrouped
from overflow.policies.channels import BUILT_IN, usual_channel
from overflow.policies.values import meant

_OUR_WORDS: Final = {
    "Missing data for required field": "is missing",
    "Unknown field": "is no field here",
    "Field may not be null": "is empty",
}
"""What marshmallow says of a connector's options, to follow a path."""

Found = Iterator[tuple[str, str]]
Data = Mapping[str, Any]

RESERVED: Final = frozenset({HOME, "home", "bot"})
"""Names that no partner may have: they mean something else wherever a team is named."""


def faults(data: Data) -> Found:
    """What every rule finds, in the order of the document."""
    for rule in _RULES:
        yield from rule(data)


def _helpdesk(data: Data) -> Found:
    desk = _part(data, "helpdesk")
    if "connector" not in desk:
        return
    options, secrets = desk.get("options", {}), desk.get("secrets", {})
    for path, texts in check_options(desk["connector"], options, secrets).items():
        for text in texts:
            yield f"helpdesk.{path}", _OUR_WORDS.get(text, text)


def _reason_can_be_written(data: Data) -> Found:
    """A helpdesk that a file describes need not have fields; then none can be named."""
    desk = _part(data, "helpdesk")
    requests = _part(_part(desk, "options"), "requests")
    is_described = desk.get("connector") == "rest" and requests
    if is_described and "field" not in requests and _part(data, "words").get("reason_field"):
        yield "words.reason_field", "cannot be written: helpdesk.options has no `requests.field`"


def _holidays(data: Data) -> Found:
    for path, holder in [("", data), *_teams(data)]:
        place = f"{path}.holidays".strip(".")
        section = _part(holder, "holidays")
        country, part = section.get("country", ""), section.get("subdivision", "")
        parts = list_supported_countries().get(country, [])
        if part and not country:
            yield f"{place}.country", "is missing beside `subdivision`"
        elif part and part not in parts:
            yield f"{place}.subdivision", f"is no part of {country}{meant(part, parts)}"
        for day in sorted(set(section.get("add", ())) & set(section.get("strike", ()))):
            yield place, f"{day} is both added and struck"


def _home_is_staffed(data: Data) -> Found:
    home = data.get("inhouse")
    if not isinstance(home, Mapping):
        return
    if "agents" in home and "shifts" in home:
        yield "inhouse.agents", "stands beside `shifts`; keep one of them"
    elif "agents" not in home and "shifts" not in home:
        yield "inhouse.agents", "is missing; say how many agents there are, or give `shifts`"


def _partners_are_told_apart(data: Data) -> Found:
    groups: dict[str, str] = {}
    if group := _part(data, "inhouse").get("group"):
        groups[group.casefold()] = "the own team"
    names: set[str] = set()
    for path, partner in _partners(data):
        name, group = partner.get("name"), partner.get("group")
        if name in RESERVED:
            yield f"{path}.name", f"{name} means something else; choose another name"
        elif name in names:
            yield f"{path}.name", f"another partner is called {name} too"
        names.add(name or "")
        if group is not None and group.casefold() in groups:
            yield f"{path}.group", f"is the group of {groups[group.casefold()]} too"
        if group is not None:
            groups.setdefault(group.casefold(), path)


def _all_can_come_home(data: Data) -> Found:
    """What a partner returns goes where it came from; a ticket without a group came from none."""
    connector, home = _part(data, "helpdesk").get("connector", ""), data.get("inhouse")
    if not isinstance(home, Mapping) or "group" in home or not data.get("partners"):
        return
    if may_be_ungrouped(connector):
        yield (
            "inhouse.group",
            f"is missing: {connector} has tickets in no group, where do partners return them to?",
        )


def _teams_serve_channels(data: Data) -> Found:
    known = _channels(data)
    if known is None:
        return
    for path, team in _teams(data):
        for field in ("channels", "concurrency", "capacity"):
            named = team.get(field, ())
            for i, channel in enumerate(named):
                if channel not in known:
                    place = channel if isinstance(named, Mapping) else i
                    yield f"{path}.{field}.{place}", _unknown(channel, known)


def _capacity_covers_channels(data: Data) -> Found:
    for path, partner in _partners(data):
        served, capacity = partner.get("channels"), partner.get("capacity")
        if served is None or capacity is None:
            continue
        for channel in sorted(set(served) - set(capacity)):
            yield f"{path}.capacity.{channel}", "is missing: how many open tickets at most?"
        for channel in sorted(set(capacity) - set(served)):
            yield f"{path}.capacity.{channel}", "is no channel that this partner serves"


def _concurrency_is_served(data: Data) -> Found:
    home = _part(data, "inhouse")
    served = home.get("channels")
    for channel in home.get("concurrency", {}):
        if served is not None and channel not in served:
            yield f"inhouse.concurrency.{channel}", "is no channel that the own team serves"


def _lists_name_once(data: Data) -> Found:
    for path, team in _teams(data):
        for field in ("channels", "languages"):
            for one in _repeated(team.get(field, ())):
                yield f"{path}.{field}", f"names {one} twice"
    for one in _repeated(data.get("topics", ())):
        yield "topics", f"names {one} twice"


def _channels_are_whole(data: Data) -> Found:
    teams = {HOME, *(partner.get("name") for _, partner in _partners(data))}
    for name, channel in _table(data, "channels"):
        if name not in BUILT_IN:
            for field in ("live", "target"):
                if field not in channel:
                    yield f"channels.{name}.{field}", "is missing; it has no default here"
        followed = _part(channel, "target").get("hours_of", HOME)
        if followed not in teams:
            hint = meant(followed, [team for team in teams if team])
            yield f"channels.{name}.target.hours_of", f"is no team of this policy{hint}"


def _levels_can_be_undercut(data: Data) -> Found:
    holders = [("", data), *((f"channels.{n}.", c) for n, c in _table(data, "channels"))]
    for path, holder in holders:
        for measure, levels in _part(holder, "pressure").items():
            if isinstance(levels, Mapping) and levels.keys() >= {"start", "stop"}:
                if levels["stop"] > levels["start"]:
                    yield f"{path}pressure.{measure}.stop", "is above `start`"
                if levels["stop"] == 0:
                    yield f"{path}pressure.{measure}.stop", "of 0 is never undercut: for ever on"


def _defaults_exist(data: Data) -> Found:
    known, channel = _channels(data), _part(data, "default").get("channel")
    if known is None:
        return
    if channel is not None and channel not in known:
        yield "default.channel", _unknown(channel, known)
    elif channel is None and usual_channel(known) is None and known:
        yield "default.channel", "is missing: on which channel is a ticket that does not say?"


def _retries_grow(data: Data) -> Found:
    retries = _part(data, "retries")
    if retries.get("longest", 0) < retries.get("first", 0) and len(retries.keys()) > 1:
        yield "retries.longest", "is shorter than `first`"


def _words_differ(data: Data) -> Found:
    words = _part(data, "words")
    seen: dict[str, str] = {}
    for field in ("tag", "to_partner", "keep_here"):
        word = str(words.get(field, "")).casefold()
        if word and word in seen:
            yield f"words.{field}", f"is the same as `{seen[word]}`"
        seen.setdefault(word, field)


def _lifts_name_channels(data: Data) -> Found:
    known = _channels(data)
    for field in ("peaks", "signals"):
        for i, part in enumerate(data.get(field, ())):
            for channel, _ in part.get("lift", ()) if isinstance(part, Mapping) else ():
                if known is not None and channel not in {ALL, *known}:
                    yield f"{field}.{i}.lift.{channel}", _unknown(channel, known)


def _peaks_are_told_apart(data: Data) -> Found:
    names: set[str] = set()
    for i, part in enumerate(data.get("peaks", ())):
        name = part.get("name", "") if isinstance(part, Mapping) else ""
        if name and name.casefold() in names:
            yield f"peaks.{i}.name", f"another peak is called {name} too"
        names.add(name.casefold())


def _planning_has_something_to_weigh(data: Data) -> Found:
    costs = _part(data, "costs")
    if data.get("planning") == "cost" and not (costs.get("breach") or costs.get("lost")):
        why = "weighs what a late and a lost ticket are worth: give `costs.breach` or `costs.lost`"
        yield "planning", f"`cost` {why}"


_RULES: Final[Sequence[Callable[[Data], Found]]] = (
    _helpdesk,
    _reason_can_be_written,
    _holidays,
    _home_is_staffed,
    _partners_are_told_apart,
    _all_can_come_home,
    _teams_serve_channels,
    _capacity_covers_channels,
    _concurrency_is_served,
    _lists_name_once,
    _channels_are_whole,
    _levels_can_be_undercut,
    _defaults_exist,
    _retries_grow,
    _words_differ,
    _lifts_name_channels,
    _peaks_are_told_apart,
    _planning_has_something_to_weigh,
)


def holidays_of(section: Data) -> Holidays:
    """The public holidays of a section without faults."""
    return Holidays(
        country=section.get("country", ""),
        subdivision=section.get("subdivision"),
        added=frozenset(section.get("add", ())),
        struck=frozenset(section.get("strike", ())),
    )


def _part(data: Data, name: str) -> Data:
    part = data.get(name)
    return part if isinstance(part, Mapping) else {}


def _table(data: Data, name: str) -> Iterator[tuple[str, Data]]:
    return ((key, value) for key, value in _part(data, name).items() if isinstance(value, Mapping))


def _partners(data: Data) -> Iterator[tuple[str, Data]]:
    for i, partner in enumerate(data.get("partners", ())):
        if isinstance(partner, Mapping):
            yield f"partners.{i}", partner


def _teams(data: Data) -> Iterator[tuple[str, Data]]:
    yield "inhouse", _part(data, "inhouse")
    yield from _partners(data)


def _channels(data: Data) -> frozenset[str] | None:
    """The shop's channels; None when they could not be read."""
    return frozenset(data["channels"]) if isinstance(data.get("channels"), Mapping) else None


def _repeated(names: Iterable[str]) -> list[str]:
    listed = list(names)
    return sorted({name for name in listed if listed.count(name) > 1})


def _unknown(channel: str, known: frozenset[str]) -> str:
    hint = meant(channel, known) or f"; there are {', '.join(sorted(known))}"
    return f"{channel} is no channel of this policy{hint}"
