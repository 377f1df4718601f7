"""Replay: a recorded period decided again, from the journal and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from overflow import policies
from overflow.core.learning.taught import Taught, taught_before
from overflow.core.model import Policy
from overflow.errors import Invalid
from overflow.flows.routing import counts
from overflow.flows.services import Services
from overflow.simulate.replay import compare as replay_compare
from overflow.simulate.replay.compare import Compared
from overflow.simulate.replay.entries import NO_POLICY, again, differences, recorded
from overflow.simulate.replay.past import Reader
from overflow.simulate.replay.plan import Beforehand
from overflow.store.journal import Entry, at
from overflow.store.tallies import QUARTER

PAGE: Final = 500
"""Entries fetched at once."""
TAUGHT: Final = 42 * 86_400.0
"""Seconds before a period from which a planner learns: what is older counts an eighth or less."""
MOST_LISTED: Final = 100
"""Differences that are told one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Different:
    """A decision that came out otherwise."""

    entry: str
    ticket: str
    was: str
    """Its headline then."""
    paths: list[str]
    """Where it differs."""


@dataclass(slots=True)
class Redecided:
    """What came of deciding a period again."""

    same: int = 0
    different: int = 0
    listed: list[Different] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """What cannot be decided again, by why."""


def entries(services: Services, shop: str, start: float, end: float) -> Iterator[Entry]:
    """The journal's entries of a period, oldest first."""
    place, until = at(start), at(end)
    while page := services.journal.read(shop, place, until, PAGE):
        yield from page
        place = f"({page[-1].id}"


def redecide(services: Services, shop: str, start: float, end: float) -> Redecided:
    """Decide everything again that was decided in the period, by its own policy.

    Raises ``Unknown`` for a shop without a policy, ``Invalid`` for a period that ends before it
    begins.
    """
    check_period(start, end)
    book = Versions(services, shop)
    found = Redecided()
    for entry in entries(services, shop, start, end):
        one = recorded(entry)
        if isinstance(one, str):
            if one:
                found.left_out[one] += 1
            continue
        policy = book.policy(one.version)
        if policy is None:
            found.left_out[NO_POLICY] += 1
            continue
        paths = differences(one, again(one, policy))
        if not paths:
            found.same += 1
            continue
        found.different += 1
        if len(found.listed) < MOST_LISTED:
            different = Different(one.entry, one.ticket.id, one.told["headline"], paths)
            found.listed.append(different)
    return found


def compare(
    services: Services, shop: str, period: tuple[float, float], policy: Policy, seed: int
) -> Compared:
    """The period under another policy, beside what happened and its own policy's replay.

    Raises ``Unknown`` for a shop without a policy, ``Invalid`` for a period that ends before it
    begins or in which nothing was decided, and for a channel whose handle time nobody knows.
    """
    start, end = period
    check_period(start, end)
    book = Versions(services, shop)
    live = frozenset(name for name, channel in policy.channels.items() if channel.live)
    past = Reader(start, end, live).read(entries(services, shop, start, end))
    own = next(
        (found for version, _ in past.versions.most_common() if (found := book.policy(version))),
        None,
    )
    if own is None:
        why = "nothing was decided in it whose policy is kept"
        raise Invalid("this cannot be replayed", {"--from, --to": [why]})
    is_planned = {own.planning, policy.planning} != {"off"}
    known = beforehand(services, shop, policy, start) if is_planned else None
    return replay_compare.compare(past, own, policy, seed, known)


def beforehand(services: Services, shop: str, policy: Policy, start: float) -> Beforehand:
    """What a planner knew when the period began: the forecast of today, and what was counted."""
    begin, end = start - TAUGHT, start // QUARTER * QUARTER
    counted = list(services.tallies.quarters(shop, begin, end))
    taught: dict[str, Taught] = {}
    for name in sorted(policy.home.channels):
        quarters = ((each.start, counts.at_home(each.tallies, name)) for each in counted)
        found = taught_before(quarters, policy.zone)
        if found is not None:
            taught[name] = found
    return Beforehand(*services.forecasts.get(shop), taught)


def check_period(start: float, end: float) -> None:
    """Raise ``Invalid`` for a period that ends before it begins."""
    if end < start:
        raise Invalid("this is no period", {"--to": ["is before --from"]})


class Versions:
    """A shop's policy versions, each built once."""

    def __init__(self, services: Services, shop: str) -> None:
        services.book.policy(shop)
        self._services, self._shop = services, shop
        self._built: dict[int, Policy | None] = {}

    def policy(self, version: int) -> Policy | None:
        """The policy of that version; None when it is not kept."""
        if version not in self._built:
            self._built[version] = self._build(version)
        return self._built[version]

    def _build(self, version: int) -> Policy | None:
        found: tuple[int, dict[str, Any]] | None = self._services.policies.get(self._shop, version)
        return None if found is None else policies.build(found[1], self._shop, found[0])
