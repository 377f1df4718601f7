"""A recorded period three times: as it happened, and replayed under its own and another policy.

The own policy's replay stands between the two: where it is unlike what happened, that is the
replay's error and nothing that the other policy would bring about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from overflow.core.model import Policy
from overflow.simulate.replay.case import Past
from overflow.simulate.replay.chance import Chance, means
from overflow.simulate.replay.plan import Beforehand
from overflow.simulate.replay.result import (
    Fate,
    Moved,
    Sums,
    came,
    costs,
    grouped,
    happened,
    hours,
    moved,
    sums,
)
from overflow.simulate.replay.run import replay

LEFT_OPEN: Final = "reopened before it had ended in a replay"
HAPPENED: Final = "happened"
OWN: Final = "own"
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Compared:
    """The three columns, and what they rest on."""

    past: Past
    policy: Policy
    own_version: int
    """The policy version that made most of the period's decisions."""
    seed: int
    columns: dict[str, list[Fate]]
    totals: dict[str, Sums]
    by_channel: dict[str, dict[str, Sums]]
    by_hour: dict[str, dict[str, Sums]]
    moved: list[Moved]
    """Against what happened."""
    moved_by_replay: int
    """Of the own policy's replay against what happened: the replay's own error."""
    seen: dict[str, int]
    """How many durations were seen, and how many drawn."""
    handle_times: dict[str, str]
    """Channel -> mean and where it is known from, for those drawn."""
    taught: dict[str, dict[str, float]] | None
    """Channel -> tickets that had taught a planner of work and patience before the period, older
    ones counting less; None: neither policy plans."""

    @property
    def tickets(self) -> int:
        """Cases that every column has."""
        return self.totals[HAPPENED].offered

    def plain(self) -> dict[str, Any]:
        """For JSON; times are epoch seconds."""
        return {
            "shop": self.policy.shop,
            "from": self.past.start,
            "to": self.past.end,
            "own_version": self.own_version,
            "versions": {str(version): n for version, n in sorted(self.past.versions.items())},
            "seed": self.seed,
            "tickets": self.tickets,
            "left_out": dict(sorted(self.past.left_out.items())),
            "durations": self.seen,
            "handle_times": self.handle_times,
            "taught_before": self.taught,
            "totals": {name: each.plain() for name, each in self.totals.items()},
            "by_channel": _plain(self.by_channel),
            "by_hour": _plain(self.by_hour),
            "moved": [asdict(each) for each in self.moved],
            "moved_by_replay": self.moved_by_replay,
        }


def _plain(groups: dict[str, dict[str, Sums]]) -> dict[str, Any]:
    return {
        group: {name: each.plain() for name, each in row.items()} for group, row in groups.items()
    }


def _alike(past: Past, columns: dict[str, list[Fate]]) -> dict[str, list[Fate]]:
    """Without reopenings that one of the columns does not know, for there it went on all the time.

    They are counted among what is left out.
    """
    keys = [{(fate.ticket, fate.number) for fate in fates} for fates in columns.values()]
    common = set.intersection(*keys)
    if gone := len(set.union(*keys)) - len(common):
        past.left_out[LEFT_OPEN] = gone
    return {
        name: [fate for fate in fates if (fate.ticket, fate.number) in common]
        for name, fates in columns.items()
    }


def compare(
    past: Past, own: Policy, other: Policy, seed: int, beforehand: Beforehand | None = None
) -> Compared:
    """What the other policy would have changed. Raises ``Invalid`` where that cannot be said.

    ``beforehand``: for policies that plan; without it they plan by what came lately.
    """
    known = means(past, other)
    chance = Chance(seed, known)
    columns = _alike(
        past,
        {
            HAPPENED: happened(past, other),
            OWN: came(replay(past, own, Chance(seed, known), beforehand).jobs, other, past.end),
            OTHER: came(replay(past, other, chance, beforehand).jobs, other, past.end),
        },
    )
    cost: Callable[[Fate], float] = costs(other, (own,))
    return Compared(
        past=past,
        policy=other,
        own_version=own.version,
        seed=seed,
        columns=columns,
        totals={name: sums(fates, cost) for name, fates in columns.items()},
        by_channel=grouped(columns, lambda fate: fate.channel, cost),
        by_hour=grouped(columns, hours(past, other.zone), cost),
        moved=moved(columns[HAPPENED], columns[OTHER]),
        moved_by_replay=len(moved(columns[HAPPENED], columns[OWN])),
        seen=dict(sorted(chance.used.items())),
        handle_times={
            channel: f"{seconds:.0f} s, {known.origin[channel]}"
            for channel, seconds in known.seconds.items()
        },
        taught=_samples(beforehand) if {own.planning, other.planning} != {"off"} else None,
    )


def _samples(beforehand: Beforehand | None) -> dict[str, dict[str, float]]:
    found = {} if beforehand is None else beforehand.taught
    return {
        name: {"handle_time": one.handle.samples, "patience": one.patience.samples}
        for name, one in found.items()
    }
