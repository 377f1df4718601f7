"""The nouns of the trade: what a decision is made from.

Plain, immutable data and nothing else. Times are epoch seconds (UTC) as ``float``, durations are
seconds, money is euros. The words are those of the glossary in ``docs/terms.md``: a *team* holds a
ticket, a *queue* is channel x language (x topic where the policy says so), *waiting* is open with
neither public reply nor assignee, *wip* is open with either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from overflow.core.hours import Hours

HOME: Final = "inhouse"
"""The name of the shop's own team, the same in every shop."""


class Mode(StrEnum):
    """What the service may do in a shop."""

    LIVE = "live"
    """Decide, and write the decision into the helpdesk."""
    OBSERVE = "observe"
    """Decide and record; write nothing, take no slots."""
    OFF = "off"
    """Tickets stay where they are; status is still followed."""


class Status(StrEnum):
    """A ticket's status in the service's own words; connectors translate."""

    OPEN = "open"
    PENDING = "pending"
    """Waiting for the customer."""
    ON_HOLD = "on_hold"
    """Waiting for a third party."""
    SOLVED = "solved"
    CLOSED = "closed"
    SPAM = "spam"
    MERGED = "merged"
    DELETED = "deleted"

    @property
    def is_ended(self) -> bool:
        """Whether nobody has to do anything any more, unless the ticket is reopened."""
        return self not in _UNENDED


_UNENDED: Final = frozenset({Status.OPEN, Status.PENDING, Status.ON_HOLD})


class Load(NamedTuple):
    """What one team has of one queue (tickets)."""

    waiting: int = 0
    wip: int = 0

    @property
    def backlog(self) -> int:
        return self.waiting + self.wip


# --- the policy -----------------------------------------------------------------------------


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

    def team(self, name: str) -> Home | Partner | None:
        """The team of that name, or None when the policy no longer names it."""
        if name == HOME:
            return self.home
        return next((p for p in self.partners if p.name == name), None)

    def queue_of(self, channel: str, language: str, topic: str = "") -> str:
        """The queue a ticket belongs to: ``chat.de`` or ``chat.de.returns``."""
        name = f"{channel}.{language or '-'}"
        return f"{name}.{topic}" if topic in self.topics_as_queues else name


# --- the situation --------------------------------------------------------------------------


class Pressure(NamedTuple):
    """A queue's pressure."""

    on: bool = False
    since: float = 0.0
    measure: str = ""
    """The measure that turned it on last: backlog, expected_wait or breach."""
    rev: int = 0
    """Raised with every change; a commit against another one is refused."""


class Sample(NamedTuple):
    """A running mean with its weight, both decaying with every new value."""

    n: float = 0.0
    mean: float = 0.0
    at: float = 0.0


class Declared(NamedTuple):
    """What a team has said about itself by the API; ends at ``until``."""

    at: float
    until: float
    agents: int | None = None
    """Home: agents really on shift."""
    capacity: Mapping[str, int] | None = None
    """Partner: tickets it can take now, per channel; never above the contract's."""
    hours: Hours | None = None
    """Hours that stand in for the policy's until then."""
    paused: bool = False
    reason: str = ""


class Switch(NamedTuple):
    """Somebody switched a partner, channel or queue off."""

    until: float
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Situation:
    """The snapshot a decision is made from, as one store call returned it."""

    at: float
    """The store's time when it was taken."""
    seq: int
    policy_version: int
    loads: Mapping[tuple[str, str], Load]
    """(team, queue) -> tickets."""
    held: Mapping[tuple[str, str], int]
    """(partner, channel) -> open tickets it holds, as the store counts them for its limits."""
    today: Mapping[str, int]
    """Partner -> tickets handed over on the local day of the situation."""
    handed: Mapping[str, int]
    """Partner -> tickets ever handed over, for the counted fair share."""
    pressure: Mapping[str, Pressure]
    handle_time: Mapping[tuple[str, str], Sample]
    """(team, channel) -> measured handle time, seconds."""
    declared: Mapping[str, Declared]
    """Team -> what it declared."""
    switched_off: Mapping[str, Switch]
    """``partner:NAME``, ``channel:NAME`` or ``queue:NAME`` -> since and why."""
    seen: Mapping[str, float]
    """Input -> when it was last fresh; ``helpdesk``: something heard or read from it."""
    virtual: Mapping[tuple[str, str], Load]
    """Observing: (partner, queue) -> tickets that stand at home but were decided to it."""
    epoch: int = 0
    """Raised whenever observing begins; a record's ``virtual`` of another one counts nowhere."""
    raw: Sequence[bytes] = field(default=(), repr=False, compare=False)
    """The form the store keeps it in, for the journal; empty: it did not come from the store."""


# --- a ticket -------------------------------------------------------------------------------


class Cause(StrEnum):
    """Why a ticket is decided now."""

    NEW = "new"
    REOPENED = "reopened"
    RETURNED = "returned"
    CHANGED = "changed"
    """Its channel, language or topic changed before the first answer."""
    HANDOVER = "handover"
    LATE = "late"
    """The sweep looked again: it waits at home."""
    UNTOUCHED = "untouched"
    """The sweep looked again: it waits at a partner."""
    ASKED = "asked"
    """A person asked for it, by tag or API."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the decision sees it."""

    id: str
    channel: str
    language: str
    topic: str
    arrived: float
    due: float | None
    """When the first response is due; None: already answered, nothing to predict."""
    cause: Cause
    team: str = HOME
    """Who holds it now."""
    ahead: int | None = None
    """Tickets waiting ahead of it in its own queue; None: it joins at the end."""
    moves_out: int = 0
    moves_back: int = 0
    refused_by: frozenset[str] = frozenset()
    """Partners that returned it; they are not asked again."""
    handled_by: str = ""
    """The team that answered it before it was reopened."""
    held_since: float = 0.0
    """When the present holder got it."""
    asked: Literal["", "home", "partner"] = ""
    """A person asked, by tag or API: keep it here, or hand it to a partner."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A ticket as the helpdesk shows it: what a connector makes of a webhook or a read.

    No message text, no subject; the requester only as a pseudonym that the connector makes.
    """

    id: str
    status: Status
    group: str | None
    """The group or queue it stands in, as the policy names it."""
    assignee: str | None
    channel: str
    """Empty: the policy's default."""
    language: str
    created: float
    version: int | None = None
    """Comparable within the ticket, larger is newer; None: the helpdesk has none."""
    answered: float | None = None
    """When the first public reply was given; None: none yet."""
    topic: str = ""
    priority: int = 0
    tags: frozenset[str] = frozenset()
    reason: str | None = None
    """What stands in the reason field."""
    outbound: bool = False
    """Begun by the shop; never routed."""


@dataclass(frozen=True, slots=True)
class Record:
    """A ticket as the service keeps it. Written only by the store's commit.

    ``desired`` is what the helpdesk should show, ``confirmed`` what it showed when last read
    back, ``observed`` what it showed when last heard of, each for the group.
    """

    id: str
    channel: str
    language: str
    topic: str
    priority: int
    status: Status
    team: str
    assignee: str
    """Agent in the helpdesk; empty: nobody."""
    arrived: float
    due: float
    """First response due; 0: no target."""
    answered: float
    """First public reply; 0: none."""
    rev: int
    """Raised by every commit."""
    version: int
    """The helpdesk's version last seen; -1: it has none."""
    desired_rev: int
    confirmed_rev: int
    desired_group: str
    confirmed_group: str
    observed_group: str
    origin_group: str
    """The group it came from; recall and return restore it."""
    held_since: float
    moves_out: int = 0
    moves_back: int = 0
    claimed_by: str = ""
    claim_until: float = 0.0
    decision: str = ""
    """Journal id of the last decision."""
    reason: str = ""
    """Main reason of the last decision."""
    manual: bool = False
    """A person moved it: not moved again by the service unless reopened."""
    handled_by: str = ""
    refused_by: str = ""
    """Partners that returned it, separated by spaces."""
    noted: str = ""
    """The decision whose note has been posted."""
    virtual: str = ""
    """Observing: the team it was decided to, as ``team@epoch``."""
    marks: str = ""
    """The routing tags seen on it, separated by spaces; ``!home`` or ``!partner`` was asked by
    the API and is older than no tag."""
    superseded_group: str = ""
    """While dirty: groups wished for before, one a line; a write under way may put it in one."""
    note: str = ""
    """The outcome a note is still owed for; empty: none is owed."""
    note_tried: float = 0.0
    """When the service last began to post that note; 0: not yet. Its answer may have been lost."""
    queue: str = ""
    """As ``Policy.queue_of`` names it; empty: the channel's and language's."""
    wip_since: float = 0.0
    """Set by the store: since when it is wip without a break; 0: it is not."""

    @property
    def is_open(self) -> bool:
        return self.status is Status.OPEN

    @property
    def is_touched(self) -> bool:
        """Somebody works on it or has answered: it is wip, not waiting."""
        return bool(self.assignee or self.answered or self.claimed_by)

    @property
    def is_dirty(self) -> bool:
        """Something is still to be written into the helpdesk: the desired state or a note."""
        return self.desired_rev != self.confirmed_rev or bool(self.note)


def standing(record: Record) -> Literal["waiting", "wip", "parked", "ended"]:
    """Where a ticket counts: the four classes exclude one another."""
    if record.status.is_ended:
        return "ended"
    if record.status is not Status.OPEN:
        return "parked"
    return "wip" if record.is_touched else "waiting"
