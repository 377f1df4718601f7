"""One shop's policy: what the service may do, for whom, and what things are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from overflow.core.arrivals.peaks import Calendar
from overflow.core.arrivals.signals import SignalRule
from overflow.core.hours import Hours
from overflow.core.model.words import HOME, Mode


@dataclass(frozen=True, slots=True)
class Levels:
    """A measure's start and stop level; ``stop <= start``. None of both: not measured."""

    start: float
    stop: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When pressure turns on and off for a queue.

    Any start level reached turns it on; all measures below their stop level, after at least
    ``hold`` seconds, turn it off. A measure left out (None) takes no part.
    """

    backlog: Levels | None = None
    """Tickets, waiting + wip of the queue's pool at home; a live channel's: of its live queues."""
    expected_wait: Levels | None = None
    """Seconds, of the ticket that is decided."""
    breach: Levels | None = None
    """Probability 0..1 that this ticket misses its target at home."""
    hold: float = 300.0
    """Seconds that pressure stays on at least."""


@dataclass(frozen=True, slots=True)
class Target:
    """A promised time to the first response."""

    seconds: float
    clock: Literal["wall", "business"] = "wall"
    hours_of: str = HOME
    """The team whose opening hours the business clock follows."""
    goal: float = 0.8
    """Share of tickets to be answered within it, 0..1."""


@dataclass(frozen=True, slots=True)
class Channel:
    """How customers reach the shop: phone, email, chat, ..."""

    name: str
    live: bool
    """The customer waits on the line (phone, chat, video): closed at home means overflow."""
    target: Target
    patience: float | None = None
    """Mean seconds until a waiting customer gives up; None: never."""
    handle_time: float | None = None
    """Expected seconds of work per ticket; None: only what is measured."""
    thresholds: Thresholds = field(default_factory=Thresholds)


@dataclass(frozen=True, slots=True)
class Shift:
    """So many agents while these hours are open."""

    hours: Hours
    agents: int


@dataclass(frozen=True, slots=True)
class Home:
    """The shop's own team."""

    hours: Hours
    shifts: tuple[Shift, ...]
    """Agents on shift are the sum over the open ones."""
    concurrency: Mapping[str, int]
    """Tickets one agent works on at once, per channel (phone 1, chat 6); 1 where not named."""
    languages: frozenset[str]
    """Empty: every language."""
    channels: frozenset[str]
    group: str | None = None
    """Its group or queue in the helpdesk; None: the group a ticket came from is kept."""
    name: str = HOME

    @property
    def price(self) -> float:
        return 0.0


@dataclass(frozen=True, slots=True)
class Partner:
    """An external team and what this shop has agreed with it (its contract)."""

    name: str
    group: str
    """Its group or queue in the helpdesk."""
    hours: Hours
    languages: frozenset[str]
    """Empty: every language."""
    channels: frozenset[str]
    capacity: Mapping[str, int]
    """Most open tickets it holds, per channel."""
    total_capacity: int | None
    """Most open tickets over all channels; None: the channels' limits alone."""
    daily_limit: int | None
    """Most tickets handed over per local day; None: no limit."""
    price: float
    """Euros per ticket."""
    answer_time: float
    """Usual seconds until its first response."""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Costs:
    """What things are worth, euros per ticket."""

    kept: float = 0.0
    breach: float = 0.0
    lost: float = 0.0


@dataclass(frozen=True, slots=True)
class MoveLimits:
    """How often one ticket may be moved by the service between two reopenings."""

    out: int = 1
    back: int = 1
    gain: float = 1.0
    """Euros that taking a ticket back because home is free again has to save, where it is
    planned."""


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """How old an input may be before it is stale (seconds)."""

    situation: float = 1.0
    """A decision made from an older situation is refused by the store and made again."""
    helpdesk: float = 300.0
    """Since anything was last heard or read from the helpdesk: backlog and wait are unknown."""
    staffing: float = 43200.0
    """Since staffing was declared: the roster of the policy is used instead."""
    handle_time: float = 86400.0
    """Since a handle time was last measured: the policy's expected handle time is used."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How stubborn the service is with a helpdesk that refuses (attempts; seconds)."""

    attempts: int = 8
    first: float = 1.0
    longest: float = 300.0
    in_doubt: float = 60.0
    """How long a request whose answer was lost may still take effect in the helpdesk."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Language and wording of the internal note that goes along with a moved ticket."""

    language: str = "en"
    overflow: str | None = None
    """A template of the shop's own; None: the built-in wording of the language."""
    recall: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The marks the service leaves in, and takes from, the helpdesk."""

    tag: str = "overflow"
    """Set on tickets a partner holds."""
    reason_field: str | None = None
    """A field of the helpdesk that carries the reason; None: not written."""
    to_partner: str = "to-partner"
    """A person's tag: hand this to the partner."""
    keep_here: str = "keep-here"
    """A person's tag: never move this."""


@dataclass(frozen=True, slots=True)
class HelpdeskConfig:
    """Which connector serves the shop, and its settings (secrets as references, never values)."""

    connector: str
    options: Mapping[str, object]
    secrets: Mapping[str, tuple[str, ...]]
    """Name -> references ``env:NAME`` or ``file:/path``; more than one while rotating."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One shop's policy, whole. Made by ``overflow.policies`` from the validated document."""

    shop: str
    version: int
    zone: str
    mode: Mode
    helpdesk: HelpdeskConfig
    home: Home
    partners: tuple[Partner, ...]
    channels: Mapping[str, Channel]
    costs: Costs = field(default_factory=Costs)
    breach_margin: float = 0.05
    """A partner whose chance to breach exceeds home's by more than this is no relief."""
    when_closed: Literal["auto", "overflow", "keep"] = "auto"
    """Home closed: overflow live channels and what would be late (auto), everything, nothing."""
    closed_breach_level: float = 0.5
    """Home closed, channel not live: overflow when the chance of missing the target passes it."""
    moves: MoveLimits = field(default_factory=MoveLimits)
    untouched: float = 1800.0
    """Open seconds a partner may leave a ticket untouched before it is recalled."""
    ages: AgeLimits = field(default_factory=AgeLimits)
    min_samples: int = 20
    retries: Retries = field(default_factory=Retries)
    notes: Notes = field(default_factory=Notes)
    words: Words = field(default_factory=Words)
    topics_as_queues: frozenset[str] = frozenset()
    """Topics that have queues of their own."""
    default_channel: str = "email"
    default_language: str = ""
    calendar: Calendar = field(default_factory=Calendar)
    """Peaks that are foreseen, on the shop's clock and with its public holidays."""
    planning: Literal["off", "cost", "service_level"] = "off"
    """When to overflow: at the policy's own thresholds (off), where it costs least, or as little
    as keeps the goal of the channel's target."""
    signals: tuple[SignalRule, ...] = ()
    """What signals from outside mean for the arrivals."""

    def team(self, name: str) -> Home | Partner | None:
        """The team of that name, or None when the policy no longer names it."""
        if name == HOME:
            return self.home
        return next((p for p in self.partners if p.name == name), None)

    def queue_of(self, channel: str, language: str, topic: str = "") -> str:
        """The queue a ticket belongs to: ``chat.de`` or ``chat.de.returns``."""
        name = f"{channel}.{language or '-'}"
        return f"{name}.{topic}" if topic in self.topics_as_queues else name
