"""A shop in replay: who holds what, who works on what, and the situation that comes of it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from overflow.core.model import (
    HOME,
    Cause,
    Load,
    Policy,
    Pressure,
    QueuePlan,
    Situation,
    Ticket,
)
from overflow.core.roster import staff
from overflow.core.supposed import moved
from overflow.simulate.replay.case import Case
from overflow.store.situation_codec import local_day

_ROUNDING = 1e-9


@dataclass(slots=True, eq=False)
class Job:
    """A case as it goes in the replay."""

    case: Case
    channel: str
    language: str
    topic: str
    queue: str
    due: float | None
    is_counted: bool = True
    """False: it was there before the period."""
    team: str = HOME
    state: str = "waiting"
    """waiting, working, done, gone (the customer gave up)."""
    held_since: float = 0.0
    begun: float = 0.0
    """When its holder began to work on it."""
    asked: str = ""
    is_pinned: bool = False
    """A person moved it."""
    moves_out: int = 0
    moves_back: int = 0
    refused_by: frozenset[str] = frozenset()
    response: float | None = None
    responded_by: str = ""
    handed: list[tuple[float, str]] = field(default_factory=list)
    headline: str = ""
    turn: int = 0
    """Raised with every move: what was to happen at the holder before happens no more."""

    @property
    def is_open(self) -> bool:
        return self.state in {"waiting", "working"}

    def ticket(self, cause: Cause, ahead: int | None = None) -> Ticket:
        """As a decision sees it."""
        return Ticket(
            id=self.case.ticket,
            channel=self.channel,
            language=self.language,
            topic=self.topic,
            arrived=self.case.arrived,
            due=None if self.response is not None else self.due,
            cause=cause,
            team=self.team,
            ahead=ahead,
            moves_out=self.moves_out,
            moves_back=self.moves_back,
            refused_by=self.refused_by,
            handled_by=self.case.handled_by,
            held_since=self.held_since,
            asked=self.asked,  # type: ignore[arg-type]
        )


class World:
    """Loads, slots and limits, as the replayed policy's decisions make them."""

    def __init__(self, policy: Policy, frame: Situation) -> None:
        self.policy = policy
        self.frame = frame
        """The latest recorded situation: what was declared, switched off and measured then."""
        self.pressure: dict[str, Pressure] = {}
        self.plans: dict[str, QueuePlan] = {}
        self.waiting: dict[str, dict[Job, None]] = {}
        """Home's lines, by queue, first come first."""
        self.at_partner: dict[Job, None] = {}
        self._today: Counter[tuple[str, str]] = Counter()
        day = local_day(frame.at, policy.zone)
        self._today.update({(team, day): n for team, n in frame.today.items()})
        self._handed: Counter[str] = Counter(frame.handed)
        self._loads: Counter[tuple[str, str, str]] = Counter()
        self._held: Counter[tuple[str, str]] = Counter()
        self._busy = 0.0
        self._live: deque[Job] = deque()
        self._other: deque[Job] = deque()

    def situation(self, at: float) -> Situation:
        """What is decided from at that time."""
        found: dict[tuple[str, str], Load] = {}
        for (team, queue, state), n in self._loads.items():
            if n:
                load = found.get((team, queue), Load())
                is_waiting = state == "waiting"
                found[team, queue] = Load(
                    load.waiting + (n if is_waiting else 0), load.wip + (0 if is_waiting else n)
                )
        day = local_day(at, self.policy.zone)
        return replace(
            moved(self.frame, at),
            policy_version=self.policy.version,
            loads=found,
            held={of: n for of, n in self._held.items() if n},
            today={team: n for (team, on), n in self._today.items() if on == day},
            handed=dict(self._handed),
            pressure=self.pressure,
            virtual={},
            plans=self.plans,
        )

    def put(self, job: Job, team: str, at: float) -> None:
        """The team holds it, waiting."""
        job.team, job.state, job.held_since = team, "waiting", at
        job.turn += 1
        self._count(job, 1)
        if team == HOME:
            self.waiting.setdefault(job.queue, {})[job] = None
            if self._is_served(job):
                (self._live if self._is_live(job.channel) else self._other).append(job)
        else:
            self.at_partner[job] = None

    def take(self, job: Job) -> None:
        """Nobody holds it any more."""
        self._count(job, -1)
        if job.team != HOME:
            self.at_partner.pop(job, None)
        elif job.state == "waiting":
            self.waiting[job.queue].pop(job, None)
        else:
            self._busy -= self._share(job.channel)

    def hand(self, job: Job, team: str, at: float) -> None:
        """Counted: it is handed to a partner."""
        self._today[team, local_day(at, self.policy.zone)] += 1
        self._handed[team] += 1
        job.handed.append((at, team))

    def work(self, job: Job) -> None:
        """Its holder begins to work on it."""
        self._count(job, -1)
        job.state = "working"
        self._count(job, 1)
        if job.team == HOME:
            self.waiting[job.queue].pop(job, None)
            self._busy += self._share(job.channel)

    def next_at_home(self, at: float) -> Job | None:
        """Whom a free agent takes next: who is on the line first, then first come; None: nobody."""
        people = staff(self.policy, self.frame, at)
        agents = (people.agents or 0) if people.hours.is_open(at) else 0
        for line in (self._live, self._other):
            while line and not self._waits(line[0]):
                line.popleft()
            if line and self._busy + self._share(line[0].channel) <= agents + _ROUNDING:
                return line.popleft()
        return None

    def lines(self) -> Iterator[tuple[Job, int]]:
        """Who waits at home, and how many before each in its queue."""
        for queue in list(self.waiting):
            yield from ((job, ahead) for ahead, job in enumerate(list(self.waiting[queue])))

    def _waits(self, job: Job) -> bool:
        return job.state == "waiting" and job in self.waiting.get(job.queue, {})

    def _count(self, job: Job, by: int) -> None:
        self._loads[job.team, job.queue, job.state] += by
        if job.team != HOME:
            self._held[job.team, job.channel] += by
            self._held[job.team, "*"] += by

    def _share(self, channel: str) -> float:
        """Of an agent, that one such ticket takes."""
        return 1.0 / self.policy.home.concurrency.get(channel, 1)

    def _is_served(self, job: Job) -> bool:
        """Whether home's people could answer it at all."""
        home = self.policy.home
        speaks = not home.languages or not job.language or job.language in home.languages
        return speaks and job.channel in home.channels

    def _is_live(self, channel: str) -> bool:
        known = self.policy.channels.get(channel)
        return known is not None and known.live
