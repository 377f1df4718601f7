"""Plays one day of a scenario against a contender.

First come, first served. A shift change downwards puts the most recent starters back to the head of
the queue; they are answered already and go on where they were. Costs: the partner's price for each
overflow; ``kept`` for what is served at home; ``lost`` instead for whoever gives up or is not
served at closing; ``breach`` where the first answer comes after the target, or who waits leaves
after it, or is lost at closing unanswered. Tickets that are in the system at opening are answered
and paid for: they can only be lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from heapq import heappop, heappush

from overflow.clock import monotonic
from overflow.simulate.chances import Chances
from overflow.simulate.contender import LOOK, Contender, Levelled, Planner
from overflow.simulate.outcome import Decision, LateMove, Moment, Outcome
from overflow.simulate.partners import Contract, Partners
from overflow.simulate.scenario import Scenario

_SHIFT, _ENDED, _FREED, _GIVES_UP, _PLAN, _LOOK, _ARRIVAL, _MOMENT, _HORIZON = range(9)
"""Kinds of events; of those at the same time, the smaller comes first."""

_ELSEWHERE, _WAITS, _IN_SERVICE = range(3)
"""Where a ticket is: not yet here or gone, in the queue, with an agent."""


def play(
    scenario: Scenario,
    contender: Contender,
    chances: Chances,
    *,
    late: bool = False,
    moments: Sequence[float] = (),
) -> Outcome:
    """One day with this luck; ``moments``: when to note how the queue stands."""
    return _Day(scenario, contender, chances, late=late).run(moments)


def partners_of(scenario: Scenario) -> tuple[Contract, ...]:
    """The day's partners; of a single one the luck is in minutes already."""
    if scenario.partners:
        return scenario.partners
    return (Contract("", scenario.overflow, scenario.partner_slots),)


class _Day:
    def __init__(
        self, scenario: Scenario, contender: Contender, chances: Chances, *, late: bool
    ) -> None:
        self._scenario = scenario
        self._contender = contender
        self._chances = chances
        self._late = late
        size = len(chances.arrivals)
        self._left = list(chances.work)
        self._place = [_ELSEWHERE] * size
        self._answered = [False] * size
        self._leaves = [0.0] * size
        """When whoever waits will give up."""
        self._serving: dict[int, float] = {}
        """Ticket -> when it ends, in the order of starting."""
        self._queue: deque[int] = deque()
        """Holds those that left it too, until they come to its head."""
        self._waiting = 0
        self._slots = 0
        self._partners = Partners(partners_of(scenario), scenario.breach)
        self._refused: set[int] = set()
        self._events: list[tuple[float, int, int]] = []
        self._outcome = Outcome(offered=size - scenario.n0)
        self._handlers: tuple[Callable[[float, int], None], ...] = (
            self._shift,
            self._ended,
            self._freed,
            self._gives_up,
            self._plan,
            self._look,
            self._arrival,
            self._moment,
        )

    def run(self, moments: Sequence[float]) -> Outcome:
        self._expect(moments)
        self._open()
        events, handlers = self._events, self._handlers
        while events:
            t, kind, which = heappop(events)
            if kind == _HORIZON:
                self._outcome.n_at_horizon = self._waiting + len(self._serving)
                if self._scenario.end == "close":
                    self._close()
                    break
            else:
                handlers[kind](t, which)
        return self._outcome

    def _expect(self, moments: Sequence[float]) -> None:
        events = self._events
        for index, (start, _) in enumerate(self._scenario.roster):
            if index:
                heappush(events, (start, _SHIFT, index))
        for t in moments:
            heappush(events, (t, _MOMENT, 0))
        heappush(events, (self._scenario.horizon, _HORIZON, 0))
        if self._scenario.n0 < len(self._chances.arrivals):
            self._next_arrival(self._scenario.n0)

    def _open(self) -> None:
        n0 = self._scenario.n0
        self._contender.begin(n0)
        self._answered[:n0] = [True] * n0
        for ticket in range(n0):
            self._join(0.0, ticket)
        self._shift(0.0, 0)
        if isinstance(self._contender, Planner):
            self._plan(0.0, 0)
        if self._late:
            heappush(self._events, (LOOK, _LOOK, 1))

    def _next_arrival(self, ticket: int) -> None:
        heappush(self._events, (self._chances.arrivals[ticket], _ARRIVAL, ticket))

    def _arrival(self, t: float, ticket: int) -> None:
        if ticket + 1 < len(self._place):
            self._next_arrival(ticket + 1)
        n, busy = self._waiting + len(self._serving), self._partners.busy
        before = monotonic()
        overflow = self._contender.arrival(t, ticket)
        self._outcome.seconds.append(monotonic() - before)
        left = max(0, self._scenario.n0 + self._scenario.batch0 - ticket - 1)
        is_taken = overflow and self._overflow(t, ticket, self._chances.partner_wait[ticket])
        is_refused = overflow and not is_taken
        self._outcome.decisions.append(Decision(t, n, overflow, left, busy, is_refused))
        if not is_taken:
            self._join(t, ticket)
            self._serve(t)

    def _overflow(self, t: float, ticket: int, wait: float) -> bool:
        """Whether a partner could take it."""
        outcome, came = self._outcome, self._chances.arrivals[ticket]
        partner = self._partners.take(t, ticket, came + self._scenario.target)
        self._contender.overflowed(t, ticket, partner is not None)
        if partner is None:
            self._refused.add(ticket)  # once, however often it is looked at again
            outcome.refused = len(self._refused)
            return False
        if partner.slots is not None:
            hold = self._chances.partner_hold[ticket] * partner.handle_time
            heappush(self._events, (partner.after(t, hold), _FREED, ticket))
        outcome.overflowed += 1
        outcome.cost += partner.price
        answered = partner.after(t, wait * partner.answer_time) - came
        outcome.partner_waits.append(answered)
        self._answer_after(answered)
        return True

    def _answer_after(self, minutes: float) -> None:
        if minutes > self._scenario.target:
            self._breach()
        else:
            self._outcome.in_time += 1

    def _breach(self) -> None:
        self._outcome.breached += 1
        self._outcome.cost += self._scenario.breach

    def _freed(self, _t: float, ticket: int) -> None:
        self._partners.freed(ticket)

    def _join(self, t: float, ticket: int) -> None:
        self._queue.append(ticket)
        self._wait(t, ticket)

    def _wait(self, t: float, ticket: int) -> None:
        self._place[ticket] = _WAITS
        self._waiting += 1
        if self._scenario.theta:
            self._leaves[ticket] = leaves = t + self._chances.patience[ticket]
            heappush(self._events, (leaves, _GIVES_UP, ticket))

    def _serve(self, t: float) -> None:
        """Free slots take up who waits."""
        while self._waiting and len(self._serving) < self._slots:
            ticket = self._queue.popleft()
            if self._place[ticket] == _WAITS:
                self._start(t, ticket)

    def _start(self, t: float, ticket: int) -> None:
        self._place[ticket] = _IN_SERVICE
        self._waiting -= 1
        self._serving[ticket] = ends = t + self._left[ticket]
        heappush(self._events, (ends, _ENDED, ticket))
        if not self._answered[ticket]:
            self._answered[ticket] = True
            wait = t - self._chances.arrivals[ticket]
            self._outcome.served += 1
            self._outcome.cost += self._scenario.kept
            self._outcome.waits.append(wait)
            self._answer_after(wait)
        self._contender.started(t, ticket)

    def _ended(self, t: float, ticket: int) -> None:
        if self._serving.get(ticket) != t:  # it was put back meanwhile
            return
        del self._serving[ticket]
        self._place[ticket] = _ELSEWHERE
        self._contender.ended(t, ticket)
        self._serve(t)

    def _gives_up(self, t: float, ticket: int) -> None:
        if self._place[ticket] != _WAITS or self._leaves[ticket] != t:
            return
        self._gone(ticket)
        self._contender.abandoned(t, ticket)
        self._outcome.abandoned += not self._answered[ticket]
        self._outcome.left_by_horizon += t <= self._scenario.horizon
        self._leave(t, ticket)

    def _gone(self, ticket: int) -> None:
        self._place[ticket] = _ELSEWHERE
        self._waiting -= 1

    def _leave(self, t: float, ticket: int) -> None:
        """It gives up, late or not; who had been put back is lost though answered."""
        self._outcome.cost += self._scenario.lost
        if self._answered[ticket]:
            self._outcome.cost -= self._scenario.kept
            self._outcome.dropped += 1
        elif t - self._chances.arrivals[ticket] > self._scenario.target:
            self._breach()

    def _shift(self, t: float, index: int) -> None:
        agents = self._scenario.roster[index][1]
        self._slots = agents * self._scenario.concurrency
        self._contender.staffed(t, agents)
        while len(self._serving) > self._slots:
            ticket, ends = self._serving.popitem()
            self._left[ticket] = ends - t
            self._queue.appendleft(ticket)
            self._wait(t, ticket)
            self._contender.put_back(t, ticket)
        self._serve(t)

    def _plan(self, t: float, tick: int) -> None:
        if isinstance(self._contender, Planner):
            self._contender.plan(t)
        if self._goes_on(t):
            heappush(self._events, ((tick + 1) * LOOK, _PLAN, tick + 1))

    def _look(self, t: float, tick: int) -> None:
        for ticket in self._contender.look(t):
            if self._place[ticket] != _WAITS or self._answered[ticket]:
                raise ValueError(f"ticket {ticket} does not wait at {t}: it cannot overflow late")
            move = self._late_move(t, ticket)
            if self._overflow(t, ticket, self._chances.late_wait[ticket]):
                self._gone(ticket)
                self._outcome.late += 1
                self._outcome.late_moves.append(move)
        if self._goes_on(t):
            heappush(self._events, ((tick + 1) * LOOK, _LOOK, tick + 1))

    def _late_move(self, t: float, ticket: int) -> LateMove:
        """What the line is like before it leaves."""
        line = [each for each in self._queue if self._place[each] == _WAITS]
        ahead = line.index(ticket)
        arrivals, target = self._chances.arrivals, self._scenario.target
        dues = [arrivals[each] + target for each in line[ahead:]]
        return LateMove(t, self._waiting + len(self._serving), ahead, dues)

    def _goes_on(self, t: float) -> bool:
        """Whether there is still something to decide."""
        return t < self._scenario.horizon or self._waiting > 0

    def _moment(self, t: float, _which: int) -> None:
        level = self._contender.level(t) if isinstance(self._contender, Levelled) else None
        moment = Moment(t, self._waiting, len(self._serving), self._slots, level)
        self._outcome.moments.append(moment)

    def _close(self) -> None:
        """Who waits is lost; who is in service is served to the end."""
        for ticket in self._queue:
            if self._place[ticket] != _WAITS:
                continue
            if not self._answered[ticket]:
                self._outcome.lost += 1
                self._breach()
            self._leave(self._chances.arrivals[ticket], ticket)
