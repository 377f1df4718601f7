"""The parts of a set-up, and how they are gone through: looking is apart from making."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from overflow.errors import Fault, Forbidden
from overflow.helpdesks.setup.step import Outcome, Result, Step, by_hand, failed


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that the helpdesk has to have.

    ``look`` only reads. ``make`` is called where it found nothing, and is left out where a person
    has to do it: what ``look`` says then tells how. Both may raise any ``Fault``.
    """

    name: str
    look: Callable[[], Result]
    make: Callable[[], Result] | None = None
    is_first_of_all: bool = False
    """Where it fails nothing else makes sense."""
    steps: str = ""
    """What a person does where the token's user may not look at it, or may not make it."""


def gone_through(parts: Iterable[Part], *, is_making: bool) -> Iterator[Step]:
    """One step a part, in order; changes nothing unless ``is_making``."""
    for part in parts:
        finding = _tried(part.look, part.steps, Outcome.UNSEEN)
        if finding.outcome is Outcome.MISSING and part.make is None:
            finding = by_hand(finding.text)
        if finding.outcome is Outcome.MISSING and part.make is not None and is_making:
            finding = _tried(part.make, part.steps, Outcome.BY_HAND)
        yield Step(part.name, finding.outcome, finding.text)
        if finding.outcome is Outcome.FAILED and part.is_first_of_all:
            return


def _tried(attempt: Callable[[], Result], steps: str, forbidden: Outcome) -> Result:
    """``forbidden``: what it comes to where a person, who may, can do it instead."""
    try:
        return attempt()
    except Forbidden as fault:
        told = Result(forbidden, f"{fault.message}. {steps}")
        return told if steps else failed(fault.message)
    except Fault as fault:
        return failed(fault.message)
