"""What a decision saw and weighed: the parts of its trace.

Cheap to make, for every decision makes one: tuples of numbers and codes. Words are found for them
only when somebody reads (``overflow.core.decision``). Times are epoch seconds, durations seconds,
money euros, chances 0..1.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from overflow.core.model import Cause, Mode, Pressure, Thresholds


class Reason(StrEnum):
    """Why: stable public codes, used for outcomes, for failed tests and in metrics."""

    NO_PRESSURE = "no_pressure"
    # Pressure on the queue, or on this ticket, by the measure that says so.
    BACKLOG = "backlog"
    EXPECTED_WAIT = "expected_wait"
    BREACH = "breach_probability"
    # Home is closed.
    CLOSED = "closed"
    """As a test: the team is closed. As the main reason: home is, and the channel is live."""
    CLOSED_WOULD_BREACH = "closed_would_breach"
    CLOSED_FORCED = "closed_forced"
    """The policy hands over everything while home is closed."""
    CLOSED_CAN_WAIT = "closed_can_wait"
    CLOSED_KEPT = "closed_kept"
    """The policy keeps everything while home is closed."""
    NOBODY_OPEN = "nobody_open"
    # Nobody takes it.
    NO_PARTNER = "no_partner"
    """The policy names none."""
    NO_RELIEF = "no_relief"
    """Every partner that could take it would more probably be late than home."""
    PARTNER_CLOSED = "partner_closed"
    # Tests of a team.
    CHANNEL = "channel"
    LANGUAGE = "language"
    FULL = "full"
    DAILY_LIMIT = "daily_limit"
    SWITCHED_OFF = "switched_off"
    MOVE_LIMIT = "move_limit"
    REFUSED = "refused"
    """It returned this very ticket."""
    # People, and what became of the ticket before.
    MANUAL = "manual"
    PINNED_HOME = "pinned_home"
    PINNED_PARTNER = "pinned_partner"
    RETURNED = "returned"
    REOPENED = "reopened"
    HELD = "held"
    """Whoever holds it goes on holding it."""
    UNFIT = "unfit"
    """Channel or language have become ones that the holder does not know."""
    UNTOUCHED = "untouched"
    HOME_FREE = "home_free"
    """Home has a free slot again, and it costs less there."""
    PLAN = "plan"
    """What stands at home, held against the planner's threshold."""
    CROSSED = "crossed"
    """Somebody answered or took it while it was about to be moved: it stays there."""
    OFF = "off"
    CONTENDED = "contended"
    """The partner's last slots went to others while this was being committed."""


class Measure(NamedTuple):
    """One figure, or why there is none. ``None`` never stands for zero."""

    value: float | None
    method: str = ""
    """How it was found; for an unknown one, why it is not known."""

    def reaches(self, level: float) -> bool:
        """Known, and at or above the level."""
        return self.value is not None and self.value >= level


class Check(NamedTuple):
    """One test of one team; ``have`` and ``limit`` are its numbers where it has any."""

    reason: Reason
    is_passed: bool
    have: float | None = None
    limit: float | None = None
    note: str = ""


class TeamTest(NamedTuple):
    """One team against every reason, and what choosing it would mean."""

    team: str
    checks: tuple[Check, ...]
    failed: tuple[Reason, ...]
    breach: Measure
    wait: Measure
    """Seconds until its first answer."""
    cost: float | None
    """Expected euros; None where a chance that it needs is unknown."""
    relief: Check | None
    """Partners: is its chance of a breach below home's plus the margin? None for home."""
    opens_at: float | None
    """When it opens; None: it is open, or never opens again."""

    @property
    def is_able(self) -> bool:
        return not self.failed


class Line(NamedTuple):
    """The line at home before this ticket, in tickets of its channel."""

    ahead: float
    """Waiting before it, all queues of the pool."""
    wip: float
    agents: int | None
    slots: float | None
    handle_time: float | None
    """Seconds of work a ticket of this channel takes."""
    position: float | None


class Planned(NamedTuple):
    """The planner's threshold for the queue, and what is held against it."""

    level: int | None
    """Overflow from so many on; None: no plan counts, so the policy's own thresholds do."""
    have: float | None
    """Waiting and in work at home before this ticket, in tickets of its channel."""
    method: str
    """How the threshold was found, or why there is none."""
    age: float | None
    """Seconds since the plan was made."""
    place: float | None = None
    """Of one that waits: its place in the line, 1 is served next."""
    leaves_from: float | None = None
    """Of one that waits, with the time that it has left: the first place that leaves late; None:
    the plan says nothing of leaving late."""
    end: int | None = None
    """Kept again from so many on: who joins is late anyway and harms nobody; None: from none."""

    @property
    def counts(self) -> bool:
        """Whether the plan decides, and not the policy's own thresholds."""
        return self.level is not None and self.have is not None

    @property
    def is_reached(self) -> bool:
        if self.level is None or self.have is None:
            return False
        return self.level <= self.have and (self.end is None or self.have < self.end)

    @property
    def is_to_leave(self) -> bool:
        """One that waits: whether it costs less at the partner by now."""
        if self.place is None or self.leaves_from is None:
            return False
        return self.place >= self.leaves_from


class Input(NamedTuple):
    """What the decision rested on, how old it was and what came of that."""

    name: str
    age: float | None
    """Seconds; None: there is no such input."""
    limit: float | None
    effect: str


class Trace(NamedTuple):
    """Everything a decision was made from, every team against every reason."""

    now: float
    cause: Cause
    mode: Mode
    channel: str
    language: str
    topic: str
    holder: str
    asked: str
    due: float | None
    backlog: Measure
    """Tickets, waiting + wip of home's pool; for a ticket in the line, those before it."""
    wait: Measure
    """Seconds."""
    breach: Measure
    """Chance that this ticket misses its target at home."""
    line: Line
    levels: Thresholds
    before: Pressure
    after: Pressure
    home: TeamTest
    partners: tuple[TeamTest, ...]
    inputs: tuple[Input, ...]
    plan: Planned | None = None
    """None: the policy wants none."""
