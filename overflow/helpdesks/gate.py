"""What every request to a helpdesk passes: it may have to wait, and says how it went.

A gate keeps a shop's calls inside what its helpdesk allows, and leaves one alone that is away. What
somebody waits for is *urgent*, and goes first: a read that a decision waits for, a partner agent's
own answer. Everything else yields: the service's own writes, polling, walks. But what moves a
ticket goes before all, soon after the ticket was read or not at all: where the helpdesk has no
locking, a person's move in between would be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol

_urgent: ContextVar[bool] = ContextVar("urgent", default=False)
_stopped: ContextVar[Callable[[], bool]] = ContextVar("stopped", default=lambda: False)
_read: ContextVar[float | None] = ContextVar("read", default=None)
_moves: ContextVar[bool] = ContextVar("moves", default=False)

SOON: Final = 2.0
"""Seconds after which a ticket has to be read again before it is moved."""


class Gate(Protocol):
    """Asked around every exchange with one shop's helpdesk, by many threads."""

    def enter(self, *, is_urgent: bool, what: str = "") -> None:
        """Return when a request may go out, after a few seconds at the most.

        ``what`` is its method and path. Raises ``Throttled``, with ``retry_after``, where it would
        have to wait longer.
        """

    def left(self, status: int | None, headers: Mapping[str, str], what: str = "") -> None:
        """What came of that request: status and lower-case headers; None: no answer."""


class _Open:
    """Nobody has to wait."""

    def enter(self, *, is_urgent: bool, what: str = "") -> None:
        pass

    def left(self, status: int | None, headers: Mapping[str, str], what: str = "") -> None:
        pass


OPEN: Final[Gate] = _Open()
"""For whoever speaks to a helpdesk on his own: a probe, a test."""


@contextmanager
def urgent(is_it: bool = True) -> Iterator[None]:  # noqa: FBT001, FBT002  reads as a sentence
    """What is asked of helpdesks herein, in this thread, is waited for by somebody."""
    token = _urgent.set(is_it)
    try:
        yield
    finally:
        _urgent.reset(token)


def is_urgent() -> bool:
    """Whether somebody waits for what this thread does."""
    return _urgent.get()


@contextmanager
def unless(is_stopped: Callable[[], bool]) -> Iterator[None]:
    """Who waits for his turn herein, in this thread, is sent away as soon as that is so."""
    token = _stopped.set(is_stopped)
    try:
        yield
    finally:
        _stopped.reset(token)


def is_to_stop() -> bool:
    """Whether this thread is to wait no longer."""
    return _stopped.get()()


@contextmanager
def acting_on(read: float) -> Iterator[None]:
    """What is written herein, in this thread, follows from what was read then (epoch seconds)."""
    token = _read.set(read)
    try:
        yield
    finally:
        _read.reset(token)


@contextmanager
def moving() -> Iterator[None]:
    """What is asked herein, in this thread, moves tickets, wherever they are meanwhile."""
    token = _moves.set(True)
    try:
        yield
    finally:
        _moves.reset(token)


def moves_what_was_read() -> float | None:
    """When that was read which this thread now moves, epoch seconds; None: it moves nothing."""
    return _read.get() if _moves.get() else None
