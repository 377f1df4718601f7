"""A request of a customer in a recorded period, and what became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from overflow.core.model import HOME, Cause, Situation

Deed = Literal["moved", "asked", "changed", "returned"]


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody did to a ticket, to be done in the replay as well."""

    at: float
    what: Deed
    team: str = ""
    """Moved: to this team. Returned: by this partner."""
    told: dict[str, Any] = field(default_factory=dict)
    """Asked or changed: channel, language, topic and the wish, as the decision tells them."""


@dataclass(slots=True)
class Case:
    """One request of a customer, and what became of it."""

    ticket: str
    number: int
    """0 at first, raised with every reopening."""
    at: float
    """When it was decided or taken over."""
    arrived: float
    channel: str
    language: str
    topic: str
    cause: Cause
    due: float | None
    is_live: bool = False
    """The customer waits on the line."""
    asked: Literal["", "home", "partner"] = ""
    handled_by: str = ""
    taken_over: str = ""
    """Not decided: held by this team from the start."""
    is_touched: bool = False
    """Somebody worked on it from the start."""
    team: str = HOME
    """Who answered it, or held it last."""
    headline: str = ""
    """Of the last decision about who holds it."""
    handed: list[tuple[float, str]] = field(default_factory=list)
    """When it was handed to which partner."""
    taken_up: float | None = None
    """When somebody began to work on it."""
    answered: float | None = None
    is_late: bool | None = None
    """None: not answered."""
    ended: float | None = None
    is_abandoned: bool = False
    is_dropped: bool = False
    work: float | None = None
    """Seconds, as measured."""
    done: list[Done] = field(default_factory=list)

    @property
    def response(self) -> float | None:
        """The first answer; a call taken up, or a letter done, has none but that."""
        if self.answered is not None or self.taken_up is None:
            return self.answered
        return self.taken_up if self.is_live else self.ended


@dataclass(slots=True)
class Past:
    """A recorded period."""

    start: float
    end: float
    cases: list[Case] = field(default_factory=list)
    frames: list[tuple[float, Situation]] = field(default_factory=list)
    """Situations by time: what was declared, switched off and measured then."""
    versions: Counter[int] = field(default_factory=Counter)
    """Policy version -> decisions made by it."""
    left_out: Counter[str] = field(default_factory=Counter)
