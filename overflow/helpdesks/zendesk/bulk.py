"""Many tickets of Zendesk at once: read by their ids, changed by a job that is asked until it ends.

Each ticket of a job has its own change, note and stamp, and its own result. How a result names its
fault is not told apart: a ticket that a job refused is tried by itself, where the answer is clear.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#update-many-tickets
https://developer.zendesk.com/api-reference/ticketing/ticket-management/job_statuses/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from overflow.clock import Clock
from overflow.core.model import Snapshot
from overflow.errors import Fault, HelpdeskAway, Refused
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.http import HelpdeskHttp, segment
from overflow.helpdesks.port import Change
from overflow.helpdesks.references import beside_note
from overflow.helpdesks.vocabulary import number_of
from overflow.helpdesks.zendesk.change import Changes
from overflow.helpdesks.zendesk.walk import Walk

FIRST, LONGEST = 0.25, 2.0
"""Seconds after which a job is asked for the first time; each time twice as long, up to this."""
PATIENCE: Final = 10.0
"""Seconds of waiting for a job, after which only reading tells what it did."""
_ENDED: Final = frozenset({"completed", "failed", "killed"})


class ZendeskBulk:
    """Keeps ``Bulk``. Zendesk queues at most 30 jobs, and answers 429 to one more."""

    most = 100
    settles = 0.0
    takes_notes = True
    lanes = 4
    gathers = 2.0

    def __init__(self, http: HelpdeskHttp, walk: Walk, changes: Changes, clock: Clock) -> None:
        self._http = http
        self._walk = walk
        self._changes = changes
        self._clock = clock

    def read(self, ticket_ids: Sequence[str], since: float | None) -> Mapping[str, Snapshot | None]:
        """One call. What is deleted is not shown, nor what the token's user may not see.

        Only the call for a single ticket tells these apart.
        """
        del since
        numbers = [ticket_id for ticket_id in ticket_ids if number_of(ticket_id) is not None]
        return {seen.id: seen for seen in self._walk.fetched(numbers)} if numbers else {}

    def write(self, changes: Sequence[Change], go_on: Callable[[], None]) -> Mapping[str, Fault]:
        """One call, and some to see how it went."""
        del go_on  # once it is sent all of it is over soon
        tickets = [self._changes.among_many(change) for change in changes]
        sent = {"tickets": tickets}
        reply = self._http.request("PUT", "tickets/update_many", json=sent)
        with beside_note(is_undone=False):  # it is taken: whatever is said from now on
            results = self._results(_status(reply.mapping()))
        return {
            change.seen.id: fault
            for change in changes
            if (fault := _fault(results.get(change.seen.id))) is not None
        }

    def _results(self, job: Fields) -> Mapping[str, Mapping[str, object]]:
        """What became of each ticket once the job has ended.

        It is asked until then, whatever one of the calls comes to and whoever wants to stop: else
        the notes that went along would have to be looked for one by one.
        """
        waited, pause = 0.0, FIRST
        path = f"job_statuses/{segment(str(job.values.get('id')))}"
        while job.values.get("status") not in _ENDED:
            if waited >= PATIENCE:
                raise HelpdeskAway(f"GET {path}: the job does not end.")
            self._clock.sleep(pause)
            waited, pause = waited + pause, min(LONGEST, pause * 2)
            with suppress(HelpdeskAway, Refused):
                job = _status(self._http.request("GET", path).mapping())
        results = job.values.get("results")
        listed = results if isinstance(results, list) else []
        return {str(r.get("id")): r for r in listed if isinstance(r, dict)}


def _status(body: Mapping[str, object]) -> Fields:
    with understood("tickets/update_many"):
        return Fields(body).inner("job_status")


def _fault(result: Mapping[str, object] | None) -> Fault | None:
    if result is None:
        return HelpdeskAway("The job does not say what became of this ticket.")
    if result.get("success") is not False and not result.get("error"):
        return None
    return HelpdeskAway("The job did not change this ticket.", retry_after=0.0, is_undone=True)
