"""What looking again can bring at most: the optimum of all policies that know the rates.

Who waits since when is in the state here, so the optimum over decisions at arrival *and* late is a
Bellman equation again, far too large to plan by but small enough to solve for days with a short
line: a state is the slots in use or, while all are, the slack of each that waits, in parts of a
look. Backward in small steps, at most one event in each. Both optima err by the same steps, so
their ratio hardly does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise

import numpy as np
from numpy.typing import NDArray

from bench.decision_quality import PUBLIC
from bench.figures import table
from overflow.simulate.contender import LOOK
from overflow.simulate.scenario import Scenario
from overflow.simulate.scenario_file import read_scenarios

LONGEST = {
    "micro_shop": (4, 1),
    "quiet_chat": (5, 1),
    "phone_8020": (11, 3),
    "bf_chat_ramp": (6, 1),
}
"""Tickets that wait at most, with those whom a shift's end puts back, and parts of a look.

So many that one more changes nothing; e-mail's lines are too long, evening_close's nearly."""
_SHORT = 5
STEPS = 12
"""In a look."""

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def run(*, is_full: bool) -> None:
    """The public scenarios that can be solved; those with long lines only in full."""
    rows = []
    for scenario in read_scenarios(PUBLIC):
        longest, parts = LONGEST.get(scenario.name, (0, 1))
        if not longest or (longest > _SHORT and not is_full):
            continue
        line = _line(longest, round(scenario.target / LOOK * parts))
        without, late = (_Day(scenario, line, parts, late=late).cost() for late in (False, True))
        rows.append((scenario.name, f"{without:.2f}", f"{late:.2f}", f"{late / without:.5f}"))
    head = ("scenario", "least cost at arrival", "least cost, looking again", "ratio")
    table("what late overflow can bring at most", head, rows)


@dataclass(frozen=True)
class _Line:
    """Every line there can be. A ticket is 0: put back; 1: late; else parts of slack left, + 1."""

    tickets: NDArray[np.int64]
    """By line and place; -1: nobody."""
    length: Places
    joined: Places
    """With one more at its end; itself where it is full, likewise below."""
    put_back: Places
    left: Places
    """By place: without that one."""
    later: Places
    """When a part of a look has passed."""
    breached: Places
    """When those whose slack ends have become late."""


def _line(longest: int, parts: int) -> _Line:
    new = parts + 2
    lines = [
        one
        for length in range(longest + 1)
        for one in combinations_with_replacement(range(new + 1), length)
    ]
    number = {one: place for place, one in enumerate(lines)}
    here = range(len(lines))
    return _Line(
        tickets=np.array([(*one, *[-1] * (longest - len(one))) for one in lines]),
        length=np.array([len(one) for one in lines]),
        joined=np.array([number.get((*lines[at], new), at) for at in here]),
        put_back=np.array([number.get((0, *lines[at]), at) for at in here]),
        left=np.array([[number[one[:p] + one[p + 1 :]] for one in lines] for p in range(longest)]),
        later=np.array([number[tuple(t - (t > 1) for t in one)] for one in lines]),
        breached=np.array([number[tuple(t - (t == 2) for t in one)] for one in lines]),
    )


class _Day:
    """Solved backward; ``line`` values with all slots in use, ``free`` with fewer."""

    def __init__(self, scenario: Scenario, line: _Line, parts: int, *, late: bool) -> None:
        self._scenario, self._l, self._late, self._parts = scenario, line, late, parts
        self._mu, self._part = 1.0 / scenario.handle_time, LOOK / parts
        waits = line.tickets >= 0
        self._served = np.where(line.tickets[:, 0] == 0, 0.0, scenario.kept)
        self._lost = scenario.theta * np.where(
            waits, scenario.lost - scenario.kept * (line.tickets == 0), 0.0
        )
        self._breaches = scenario.breach * (line.tickets == 2).sum(axis=1)
        slack = (line.tickets - 1.5) * self._part
        chance = np.exp(-np.maximum(slack, 0.0) / scenario.late_wait)
        self._leaving = np.where(line.tickets > 0, scenario.overflow, np.inf)
        self._leaving += np.where(line.tickets > 1, scenario.breach * chance, 0.0)

    def cost(self) -> float:
        """Euros of the day; it has to drain."""
        count = round((self._scenario.horizon + 30.0 * self._scenario.handle_time) / self._part)
        slots = self._scenario.slots[-1][1]
        line, free = np.zeros(len(self._l.length)), np.zeros(slots)
        for part in reversed(range(count)):
            now = self._slots(part * self._part)
            if now != slots:
                line, free = self._changed(line, free, now, slots)
                slots = now
            if self._late and (part + 1) % self._parts == 0:
                line = self._looked(line)
            line = line[self._l.later]
            for step, t in self._steps(part):
                line, free = self._before(line, free, self._rate(t), slots)
                if step == STEPS // self._parts // 2:
                    line = self._breaches + line[self._l.breached]
        busy = min(self._scenario.n0, slots)
        return float(free[busy] if busy < slots else line[0])

    def _steps(self, part: int) -> Iterator[tuple[int, float]]:
        count = STEPS // self._parts
        for step in reversed(range(count)):
            yield step, (part + (step + 0.5) / count) * self._part

    def _before(self, line: Floats, free: Floats, rate: float, slots: int) -> tuple[Floats, Floats]:
        """One step earlier, given what came of it."""
        of, known, h = self._scenario, self._l, self._part / (STEPS // self._parts)
        stays = np.where(known.joined == np.arange(len(line)), np.inf, line[known.joined] - line)
        down = self._served + line[known.left[0]]
        down[0] = free[-1]
        found = line + h * (
            rate * np.minimum(of.overflow, stays) + slots * self._mu * (down - line)
        )
        for place, without in enumerate(known.left):
            is_there = known.length > place
            gone = of.theta * np.where(is_there, line[without] - line, 0.0)
            found += h * (gone + self._lost[:, place])
        fuller, emptier = np.append(free[1:], line[0]), np.append(0.0, free[:-1])
        busy = np.arange(slots)
        fewer = free + h * (
            rate * np.minimum(of.overflow, of.kept + fuller - free)
            + busy * self._mu * (emptier - free)
        )
        return found, fewer

    def _looked(self, line: Floats) -> Floats:
        """The best of staying and of one after the other leaving; shorter lines come first."""
        best = line.copy()
        for length in range(1, len(self._l.left) + 1):
            these = np.flatnonzero(self._l.length == length)
            for place in range(length):
                gone = self._leaving[these, place] + best[self._l.left[place, these]]
                best[these] = np.minimum(best[these], gone)
        return best

    def _changed(self, line: Floats, free: Floats, now: int, then: int) -> tuple[Floats, Floats]:
        """Values before a shift's change: who has no slot any more goes to the head of the line."""
        if now > then:
            back = [np.arange(len(line))]
            for _ in range(now - then):
                back.append(self._l.put_back[back[-1]])
            return line[back[-1]], np.concatenate((free, [line[one[0]] for one in back[:-1]]))
        at, paid = np.arange(len(line)), np.zeros(len(line))
        taken = np.zeros(len(line), dtype=np.int64)
        for _ in range(then - now):
            is_there = self._l.length[at] > 0
            paid += np.where(is_there, self._served[at], 0.0)
            taken += is_there
            at = self._l.left[0][at] * is_there
        some = paid + np.where(taken < then - now, np.append(free, line[0])[now + taken], line[at])
        return some, free[:now]

    def _slots(self, t: float) -> int:
        return [slots for at, slots in self._scenario.slots if at <= t + 1e-9][-1]

    def _rate(self, t: float) -> float:
        if t >= self._scenario.horizon:
            return 0.0
        for (begin, here), (end, there) in pairwise(self._scenario.rate):
            if begin <= t < end:
                return here + (there - here) * (t - begin) / (end - begin)
        return self._scenario.rate[-1][1]
