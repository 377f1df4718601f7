"""A note is posted once, though an answer may be lost and a process killed at any moment.

Before it is posted the record says that it is tried. Whoever finds it tried waits until no request
of then can still take effect, looks for its reference, and only then posts it again. Where the
helpdesk said that it did nothing, the record says so again, and nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from overflow.core.lifecycle import Change, Drop, Keep
from overflow.core.model import Record
from overflow.errors import Busy, Fault, HelpdeskAway
from overflow.flows.notes.notes import reference_of, render
from overflow.flows.routing.carry import carry
from overflow.flows.routing.errand import Along, Errand, View
from overflow.flows.services import Services
from overflow.helpdesks.port import Helpdesk, Note


def post_note(services: Services, shop: str, desk: Helpdesk, record: Record) -> None:
    """Post the note that the record owes.

    Raises ``Busy``, with ``retry_after`` while an earlier attempt may still take effect, or when
    the record changed meanwhile; and what the helpdesk raises.
    """
    if not record.note:
        return
    if record.note_tried:
        _wait_out(services, shop, record)
        if desk.has_note(record.id, reference_of(record)):
            noted(services, shop, record)
            return
    begun, note = begin_note(services, shop, record)
    with unless_undone(services, shop, begun):
        desk.add_note(begun.id, note.text, note.reference)
    noted(services, shop, begun)


def begin_note(services: Services, shop: str, record: Record) -> tuple[Record, Note]:
    """The note that the record owes, which is said to be tried from now on.

    Raises ``Busy`` where somebody else has begun, or the ticket moved on.
    """
    now = round(services.clock.now(), 6)  # as the store will have it
    begun = _tried(services, shop, record, now)
    return begun, Note(_text(services, shop, begun), reference_of(begun))


def may_go_along(record: Record) -> bool:
    """Whether a note is owed that was never tried, so that none can stand there already."""
    return bool(record.note) and not record.note_tried


def is_noted(begun: Record | None, record: Record) -> bool:
    """Whether the note that went along is the one that is still owed after reading back."""
    return begun is not None and _debt(begun) == _debt(record)


def end_note(services: Services, shop: str, begun: Record, error: Fault) -> None:
    """Posting it failed: one that certainly does not stand there need not be looked for."""
    if isinstance(error, HelpdeskAway) and not error.is_undone:
        return
    with suppress(Busy):
        _tried(services, shop, begun, 0.0)


@contextmanager
def unless_undone(services: Services, shop: str, begun: Record) -> Iterator[None]:
    """Around the call that posts it."""
    try:
        yield
    except Fault as error:
        end_note(services, shop, begun, error)
        raise


def noted(services: Services, shop: str, record: Record) -> None:
    """The note that the record owes stands there, and so does what else is desired."""
    services.marks.confirm(
        shop,
        record.id,
        desired_rev=record.desired_rev,
        group=record.confirmed_group,
        now=services.clock.now(),
        noted=record.decision or reference_of(record),
    )


def _wait_out(services: Services, shop: str, record: Record) -> None:
    in_doubt = services.book.policy(shop).retries.in_doubt
    left = record.note_tried + in_doubt - services.clock.now()
    if left > 0:
        raise Busy("a note may have been posted: waiting to see it", retry_after=left)


def _tried(services: Services, shop: str, record: Record, when: float) -> Record:
    """Say when it was tried last (0: never), unless the ticket moved on."""

    def step(view: View) -> Change:
        prior = view.prior
        if prior is None or _debt(prior) != _debt(record):
            return Drop("same")
        return Keep(replace(prior, note_tried=when), None, ())

    routed = carry(services, shop, Errand(record.id, step, Along("read")), record)
    if routed.outcome != "updated" or routed.record is None:
        raise Busy(f"ticket {record.id} changed before its note was posted")
    return routed.record


def _debt(record: Record) -> tuple[str, float, int]:
    return record.note, record.note_tried, record.desired_rev


def _text(services: Services, shop: str, record: Record) -> str:
    told = ""
    if record.note.startswith("returned"):
        entry = services.journal.entry(shop, record.decision)
        told = str(entry.data.get("reason", "")) if entry is not None else ""
    return render(record, services.book.policy(shop), told)
