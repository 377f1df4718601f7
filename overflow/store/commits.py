"""What a flow hands to the one script that commits, and what it gets back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from overflow.core.model import Pressure, Record, Situation
from overflow.core.values import dataclass
from overflow.store.situation_codec import Taken

ENTRY: Final = "{{entry}}"
"""In a stored answer: stands for the id of the journal entry, which only the script knows."""


class Basis(NamedTuple):
    """What a decision rested on; the script refuses one that rests on something else by now."""

    at: float
    policy_version: int
    queue: str
    pressure_rev: int

    @classmethod
    def of(cls, situation: Situation, queue: str) -> Basis:
        """The basis of a decision about this queue made from this situation."""
        rev = situation.pressure.get(queue, Pressure()).rev
        return cls(situation.at, situation.policy_version, queue, rev)


class Answer(NamedTuple):
    """The answer to be kept under an Idempotency-Key, written by the commit that earns it."""

    owner: str
    """The API key's id."""
    key: str
    token: str
    """From ``Requests.begin``: a request that lost its turn commits nothing."""
    text: bytes
    """``ENTRY`` in it is replaced by the journal entry's id."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One atomic step for one ticket."""

    record: Record
    """The ticket as it shall be; its ``rev`` is set by the store to ``prior_rev + 1``."""
    prior_rev: int
    """The ``rev`` of the record this one was made from; 0: there must be none."""
    now: float
    basis: Basis | None = None
    """None: not decided from a situation (a status, a person's move)."""
    takes: str = ""
    """The partner that gets it by our decision: its limits are checked. Empty: no check."""
    pressure: Pressure | None = None
    """The queue's new pressure (its ``rev`` is set by the store); None: as it is."""
    kind: str = ""
    """Of the journal entry: ``decision``, ``claim``, ... Empty: ``state``."""
    journal: Mapping[str, object] | None = None
    """What the entry shall say, plain JSON data. A commit that changes where a ticket counts,
    or any tally, is journalled even without."""
    situation: Situation | None = None
    """What a decision was made from; kept in its entry for replay."""
    tallies: tuple[str, ...] = ()
    """Each is counted once, ``NAME=NUMBER`` so many times, in the totals and in the quarter of an
    hour of ``now``."""
    cohort: tuple[str, ...] = ()
    """The same in the quarter of an hour of the ticket's arrival."""
    handled: float | None = None
    """Seconds somebody worked on it, for the measured handle time of the team and channel that
    held it before this commit."""
    heard: str = ""
    """An input that was fresh at ``now``: ``helpdesk``."""
    delivery: str = ""
    """The sender's id of the delivery; a second commit of it is refused. Empty: it has none."""
    answer: Answer | None = None
    read: float = 0.0
    """The to-read mark at this stamp is done; 0: none was being worked on."""


class _Answered:
    """What every answer of the store has with it."""

    __slots__ = ()
    taken: Taken

    @property
    def situation(self) -> Situation:
        """The situation right after; decoded when asked for."""
        return self.taken.situation


@dataclass(frozen=True, slots=True)
class Committed(_Answered):
    """It is written. ``record`` is what stands now, rev and decision set."""

    record: Record
    entry: str
    """Id of the journal entry; empty: none was needed."""
    taken: Taken
    wakes: bool
    """The ticket is dirty and nobody drains the shop: a drain should be enqueued."""


@dataclass(frozen=True, slots=True)
class Changed(_Answered):
    """Somebody else committed this ticket first. ``record`` is what stands; None: nothing."""

    record: Record | None
    taken: Taken


@dataclass(frozen=True, slots=True)
class Outdated(_Answered):
    """Situation too old, or policy or pressure are others by now: decide again from this one."""

    taken: Taken


@dataclass(frozen=True, slots=True)
class Full(_Answered):
    """The partner that was to take it has no room left."""

    team: str
    limit: Literal["channel", "total", "day"]
    taken: Taken


@dataclass(frozen=True, slots=True)
class Seen(_Answered):
    """This delivery was committed before. ``record`` is what stands."""

    record: Record | None
    taken: Taken


@dataclass(frozen=True, slots=True)
class Overtaken(_Answered):
    """The Idempotency-Key is somebody else's by now: another request has its turn."""

    taken: Taken


Refusal = Changed | Outdated | Full | Seen | Overtaken
