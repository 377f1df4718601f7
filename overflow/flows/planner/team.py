"""Home's people as the planner takes them, and who of them is really there.

From tallies and the situation alone. A round keeps what it has learned with the plan, so whichever
process makes the next one goes on with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from overflow.core.learning import at_work, presence
from overflow.core.learning.presence import Presence, presence_from
from overflow.core.model import Policy, Situation
from overflow.core.roster import Staff, staff
from overflow.flows.routing import counts


class Team(NamedTuple):
    """Home's people, and who of them is really there."""

    people: Staff
    presence: Presence
    answers: Mapping[str, float]
    """Counted since the beginning, by channel."""

    @property
    def agents(self) -> float | None:
        """For the planner; None: as the shifts have it."""
        share = self.presence.share
        base = self.people.agents if share < 1.0 else self.people.declared
        return None if base is None else base * share

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {"presence": self.presence._asdict(), "answers": self.answers}


def team(
    last: Mapping[str, Any],
    totals: Mapping[str, int],
    situation: Situation,
    policy: Policy,
    now: float,
) -> Team:
    """Home's people now, with what was counted since ``last`` (see ``plain``); empty: no round."""
    people = staff(policy, situation, now)
    before = presence_from(last["presence"]) if last else presence.begin(people.declared)
    answers = {name: counts.at_home(totals, name).answers for name in policy.channels}
    if people.agents is None or not people.hours.is_open(now):
        return Team(people, before._replace(last=None, since=None), answers)
    lines = list(at_work.lines(situation, policy, now))
    counted = last.get("answers", answers)
    new = {name: count - counted.get(name, count) for name, count in answers.items()}
    seen, worked = at_work.look(lines, people.agents, now), at_work.answering(lines, new)
    return Team(people, presence.look(before, seen, worked, people.declared), answers)
