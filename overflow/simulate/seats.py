"""How many partner seats are worth it: the same days with more and more of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from overflow.simulate.interval import Interval
from overflow.simulate.measure import run
from overflow.simulate.partners import with_seats
from overflow.simulate.scenario import Scenario
from overflow.simulate.summary import share
from overflow.simulate.truth import Truth

_SHARES: Final = (0.0, 0.04, 0.08, 0.15, 0.25, 0.4, 0.6, 0.8, 1.0)
"""Of the partner's capacity; few seats matter most."""
_HOUR: Final = 60.0


@dataclass(frozen=True, slots=True)
class Seats:
    """What so many seats at the partner come to."""

    seats: int
    """Tickets that the partners hold at most."""
    cost: Interval
    """Euros a day, the seats paid."""
    service_level: float
    overflow_share: float

    def plain(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "seats": self.seats,
            "cost_mean": self.cost.mean,
            "cost_ci95": [self.cost.low, self.cost.high],
            "service_level": self.service_level,
            "overflow_share": self.overflow_share,
        }


def numbers(capacity: int) -> list[int]:
    """Numbers of seats to try."""
    return sorted({round(share * capacity) for share in _SHARES})


def sweep(
    scenario: Scenario,
    policy: str,
    *,
    late: bool,
    days: int,
    seed: int,
    hourly: float = 0.0,
    on_day: Callable[[], None] | None = None,
) -> list[Seats]:
    """The scenario with several numbers of seats up to its partners' capacity, by that number.

    Of several partners the cheapest one's seats are taken first.
    ``hourly``: euros that a seat costs an hour, used or not.
    """
    found = []
    for seats in numbers(scenario.partner_slots or 0):
        partners = with_seats(scenario.partners, seats)
        limited = replace(scenario, partner_slots=seats, partners=partners)
        truth = Truth(limited, quick=True)
        played = run(limited, policy, late=late, days=days, seed=seed, on_day=on_day, truth=truth)
        paid = seats * hourly * scenario.horizon / _HOUR
        cost = Interval(played.cost.mean + paid, played.cost.half)
        found.append(Seats(seats, cost, share(played, "in_time"), share(played, "overflowed")))
    return found


def cheapest(found: Sequence[Seats], goal: float) -> Seats | None:
    """Of those that meet the goal, the one of least cost; of equals the fewest seats."""
    able = [each for each in found if each.service_level >= goal]
    return min(able, key=lambda each: (round(each.cost.mean, 2), each.seats), default=None)
