"""Actors: each plays its part in a thread of its own until the curtain."""

from __future__ import annotations

import threading
from typing import Final, Protocol

from overflow.errors import BadInput, Fault

BEAT: Final = 0.25
"""Seconds between two turns of an actor."""


class Actor(Protocol):
    """Somebody who does something every now and then."""

    def turn(self, at: float) -> None:
        """Do what is due, ``at`` so many seconds after the beginning.

        A ``Fault`` is bad luck: somebody else was faster, or something does not answer now.
        """

    def leave(self) -> None:
        """Give connections back."""


class Cast:
    """All actors; ``clock`` tells the seconds since the beginning."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._curtain = threading.Event()
        self._threads: list[threading.Thread] = []
        self._failure: BaseException | None = None
        self.setbacks: list[str] = []
        """What went wrong and was tried again or let be."""

    def enter(self, actor: Actor, beat: float = BEAT) -> None:
        """Begin to play."""
        thread = threading.Thread(target=self._play, args=(actor, beat), daemon=True)
        self._threads.append(thread)
        thread.start()

    def check(self) -> None:
        """Raise what no actor should have met."""
        if self._failure is not None:
            raise self._failure

    def leave(self) -> None:
        """The curtain: everybody ends what they are at."""
        self._curtain.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _play(self, actor: Actor, beat: float) -> None:
        try:
            while not self._curtain.wait(beat):
                try:
                    actor.turn(self._clock())
                except Fault as fault:
                    self.setbacks.append(fault.message)
                    if not isinstance(fault, BadInput):
                        self._curtain.wait(beat)
        except BaseException as failure:  # noqa: BLE001  raised again in the main thread
            self._failure = failure
        finally:
            actor.leave()


class Clock(Protocol):
    """Seconds since the beginning."""

    def __call__(self) -> float: ...
