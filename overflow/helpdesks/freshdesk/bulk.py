"""Many tickets of Freshdesk at once: found by when they changed, changed by jobs.

A job gives many tickets the same group, reason and tags, so one is made for each kind of change; it
runs some time after it was taken, and only reading the tickets tells what it did. Notes go singly.

https://developers.freshdesk.com/api/#bulk_update_tickets
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, Literal

import orjson

from overflow.core.model import Snapshot
from overflow.errors import Fault, HelpdeskAway, NotLetIn, Refused, Throttled
from overflow.helpdesks.freshdesk.walk import PAGE, Walk
from overflow.helpdesks.gate import moving
from overflow.helpdesks.http import HelpdeskHttp
from overflow.helpdesks.port import Change, Desired
from overflow.helpdesks.vocabulary import number_of

PAGES: Final = 4
"""That are looked through from either end for tickets; each counts as three calls."""
JOB: Final = 100
"""Tickets that one job takes."""

Form = Literal["bulk_action", "plain"]
"""What the body of a job stands in: its documentation and a description of the API disagree."""
Properties = Callable[[Snapshot, Desired], Mapping[str, object]]
"""What is to be sent for one ticket; empty: nothing differs."""
Put = Callable[[str, Mapping[str, object]], None]
"""Changes one ticket."""


class FreshdeskBulk:
    """Keeps ``Bulk``. ``forms`` in which a job may be sent: the first that is taken is kept to."""

    most = 300  # lists find those of three jobs for little more than those of one
    settles = 8.0
    takes_notes = False
    lanes = 1
    gathers = 8.0

    def __init__(
        self,
        http: HelpdeskHttp,
        walk: Walk,
        properties: Properties,
        put: Put,
        forms: Sequence[Form],
    ) -> None:
        self._http = http
        self._walk = walk
        self._properties = properties
        self._put = put
        self._forms = forms
        self._reached = 0
        """The lowest number on the last page that was looked at of the tickets made last."""

    def read(self, ticket_ids: Sequence[str], since: float | None) -> Mapping[str, Snapshot | None]:
        """Among the last made; older ones among those that changed since then, or changed last.

        Deleted ones and spam are not listed, and in a rush some stand too far from either end: what
        is not found is looked for again, and has to be read by itself at last.
        """
        found, older = self._new(set(ticket_ids))
        return {**found, **self._old(older, since)} if older else found

    def _new(self, wanted: AbstractSet[str]) -> tuple[dict[str, Snapshot], AbstractSet[str]]:
        """Those that were found among the last made, and those that are older.

        Tickets are numbered as they are made, so it is known how far down one stands.
        """
        found = dict[str, Snapshot]()
        left: AbstractSet[str] = {i for i in wanted if number_of(i) is not None}
        for page in range(1, PAGES + 1):
            if not left or max(map(int, left)) < self._reached - PAGE:
                break
            listed, has_more = self._walk.latest("created_at", page)
            found |= {seen.id: seen for seen in listed if seen.id in wanted}
            self._reached = min((int(seen.id) for seen in listed), default=self._reached)
            left = {ticket_id for ticket_id in left if int(ticket_id) < self._reached}
            if not has_more:
                break
        return found, left

    def _old(self, wanted: AbstractSet[str], since: float | None) -> dict[str, Snapshot]:
        """From those that changed first since then; if none is there, from the last changed."""
        found = dict[str, Snapshot]()
        for start in (None,) if since is None else (since, None):
            for page in range(1, PAGES + 1):
                if start is None:
                    listed, has_more = self._walk.latest("updated_at", page)
                else:
                    listed, has_more = self._walk.changed_since(start, page)
                shown = {seen.id: seen for seen in listed if seen.id in wanted}
                is_past = bool(found) and not shown
                found |= shown
                if is_past or not has_more or len(found) == len(wanted):
                    break
            if found:  # those left are found faster when these are done
                break
        return found

    @moving()
    def write(self, changes: Sequence[Change], go_on: Callable[[], None]) -> Mapping[str, Fault]:
        """A job for each kind of change; a ticket that is the only one of its kind has a call."""
        faults: dict[str, Fault] = {}
        kinds: dict[bytes, list[str]] = {}
        for change in changes:
            properties = self._properties(change.seen, change.desired)
            kind = orjson.dumps(properties, option=orjson.OPT_SORT_KEYS)
            kinds.setdefault(kind, []).append(change.seen.id)
        for kind, ticket_ids in kinds.items():
            if not (properties := orjson.loads(kind)):
                continue
            for at in range(0, len(ticket_ids), JOB):
                go_on()
                faults |= self._send(ticket_ids[at : at + JOB], properties)
        return faults

    def _send(
        self, ticket_ids: Sequence[str], properties: Mapping[str, object]
    ) -> Mapping[str, Fault]:
        if len(ticket_ids) > 1:
            self._begin_job(ticket_ids, properties)
            return {}
        try:
            self._put(ticket_ids[0], properties)
        except (NotLetIn, Throttled):
            raise  # nor would the others get through
        except (HelpdeskAway, Refused) as fault:
            return {ticket_ids[0]: fault}
        return {}

    def _begin_job(self, ticket_ids: Sequence[str], properties: Mapping[str, object]) -> None:
        job: Mapping[str, object] = {
            "ids": [number_of(ticket_id) for ticket_id in ticket_ids],
            "properties": properties,
        }
        for form in self._forms:
            body = job if form == "plain" else {form: job}
            try:
                self._http.request("POST", "tickets/bulk_update", json=body)
            except Refused as no:
                if isinstance(no, NotLetIn) or form == self._forms[-1]:
                    raise
            else:
                self._forms = (form,)
                return
