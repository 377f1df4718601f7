"""A note is posted once, though an answer may be lost and a process killed at any moment.

Before it is posted the record says that it is tried. Whoever finds it tried waits until no request
of then can still take effect, looks for its reference, and only then posts it again.
"""

from __future__ import annotations

from dataclasses import replace

from overflow.core.lifecycle import Change, Drop, Keep
from overflow.core.model import Record
from overflow.errors import Busy
from overflow.flows.carry import carry
from overflow.flows.errand import Along, Errand, View
from overflow.flows.notes import reference_of, render
from overflow.flows.services import Services
from overflow.helpdesks.port import Helpdesk


def post_note(services: Services, shop: str, desk: Helpdesk, record: Record) -> None:
    """Post the note that the record owes.

    Raises ``Busy``, with ``retry_after`` while an earlier attempt may still take effect, or when
    the record changed meanwhile; and what the helpdesk raises.
    """
    if not record.note:
        return
    reference = reference_of(record)
    if record.note_tried:
        _wait_out(services, record)
        if desk.has_note(record.id, reference):
            _noted(services, shop, record)
            return
    begun = _begun(services, shop, record)
    desk.add_note(begun.id, _text(services, shop, begun), reference)
    _noted(services, shop, begun)


def _wait_out(services: Services, record: Record) -> None:
    left = record.note_tried + services.pace.longest_request - services.clock.now()
    if left > 0:
        raise Busy("a note may have been posted: waiting to see it", retry_after=left)


def _begun(services: Services, shop: str, record: Record) -> Record:
    """Say that it is tried, unless somebody else has begun or the ticket moved on."""

    def step(view: View) -> Change:
        prior = view.prior
        if prior is None or _debt(prior) != _debt(record):
            return Drop("same")
        return Keep(replace(prior, note_tried=view.now), None, ())

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


def _noted(services: Services, shop: str, record: Record) -> None:
    services.marks.confirm(
        shop,
        record.id,
        desired_rev=record.desired_rev,
        group=record.confirmed_group,
        now=services.clock.now(),
        noted=record.decision or reference_of(record),
    )
