"""What late overflow is worth, with the luck taken out: exact in expectation."""

from collections.abc import Sequence

from overflow.core.optimum.bellman import solve
from overflow.core.optimum.bellman_grid import natural
from overflow.core.optimum.late_regret import late_regret
from overflow.simulate.contenders.auto import Auto
from overflow.simulate.scenario import Scenario
from overflow.simulate.truth import course_of, twin


class Watched:
    """A day's contender that sums what each of its late overflows costs more than going on.

    With the regrets of the decisions at arrival that is what the day costs more than the optimum
    that decides at arrival, as long as times are exponential and the partner is never full.
    """

    def __init__(self, made: Auto, scenario: Scenario) -> None:
        self._made, self._scenario = made, scenario
        course = course_of(twin(scenario))
        self._best = solve(course, present=natural(course, scenario.n0 + scenario.batch0))
        self.euros = 0.0

    def __getattr__(self, name):
        """All events are the contender's own."""
        return getattr(self._made, name)

    def plan(self, t: float) -> None:
        self._made.plan(t)

    def look(self, t: float) -> Sequence[int]:
        """The same tickets, and their worth summed up one after the other."""
        named, lane, scenario = self._made.look(t), self._made.lane, self._scenario
        left = [ticket for ticket in lane.waiting if ticket >= scenario.n0]
        n, before = lane.n, lane.line - len(left)
        for ticket in named:
            place = left.index(ticket)
            dues = [lane.waiting[one] + scenario.target for one in left[place:]]
            wait, ahead = scenario.late_wait, before + place
            self.euros += late_regret(self._best, wait, t, n, dues, ahead=ahead)
            left.remove(ticket)
            n -= 1
        return named
