"""Any helpdesk with a REST API, as a file describes it: no code of its own.

The file (``docs/rest-connector.md``) is the policy's ``helpdesk.options``. It says how webhooks are
verified, where everything stands in them and in the API's answers, and which requests do what. Here
it is only carried out: what it cannot do is ``Refused`` with the name of what is missing in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, cast

import orjson

from overflow.clock import Clock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import BadInput, Refused
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.fields import IDENTITY, TEXT
from overflow.helpdesks.gate import OPEN, Gate, moving
from overflow.helpdesks.http import HelpdeskHttp
from overflow.helpdesks.port import Desired, Event, Full, Hint, Nothing, Page
from overflow.helpdesks.references import carrying
from overflow.helpdesks.rest.calls import Calls, Watch
from overflow.helpdesks.rest.login import Login
from overflow.helpdesks.rest.pages import Lists
from overflow.helpdesks.rest.reads import Reads
from overflow.helpdesks.rest.request import Rendered, joined, rendered
from overflow.helpdesks.rest.template import plain
from overflow.helpdesks.rest.ticket import Lexicon, identity
from overflow.helpdesks.rest.times import times_of
from overflow.helpdesks.rest.verify import Verifier
from overflow.helpdesks.rest.walk import Walk
from overflow.helpdesks.signatures import refusal


class RestHelpdesk:
    """One shop's helpdesk; satisfies ``Helpdesk``.

    Secrets: those that the file names.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        secrets: Secrets,
        words: Words,
        clock: Clock,
        gate: Gate = OPEN,
    ) -> None:
        del words, clock  # words come in with what is desired; the helpdesk's own clock counts
        said = cast("Mapping[str, Any]", options)
        times = times_of(said["times"])
        self._requests: Mapping[str, Any] = said["requests"]
        self._webhook: Mapping[str, Any] | None = said.get("webhook")
        self._lexicon = Lexicon.of(said, times)
        self._http = HelpdeskHttp(
            said["url"], timeout=said["timeout"], connections=said["connections"], gate=gate
        )
        success = said.get("success")
        login = Login(said["auth"], secrets, self._http, (success or {}).get("away"))
        self._calls = Calls(said["url"], self._http, login, success)
        self._lists = Lists(self._calls, times)
        self._reads = Reads(self._requests, self._lexicon, self._calls, self._lists)
        self._walk = Walk(self._requests, self._lexicon, self._lists, self._reads, times)
        if self._webhook is not None:
            self._verifier = Verifier(self._webhook["verify"], secrets)

    def watched_by(self, watch: Watch) -> None:
        """From now on ``watch`` is told of every call."""
        self._calls.watch = watch

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        """See the port. Only a signed body is ever full, and only where the file says so."""
        said = self._webhook
        if said is None:
            raise refusal()
        self._verifier.check(headers, body, token, now)
        document = _parsed(body)
        if "ignore" in said and said["ignore"].holds(document):
            return Nothing("the file says to ignore it")
        ticket = said["ticket"].of(document)
        number = identity(said["id"].of(document)) if "id" in said else self._lexicon.id(ticket)
        delivery = _delivery(said, headers, document)
        if "full" not in said or not said["full"].holds(document):
            return Hint(number, delivery)
        if not self._lexicon.is_one(ticket):
            return Nothing("no ticket, by ticket.is_ticket")
        try:
            found = {name: query.of(document) for name, query in said["found"].items()}
            snapshot = self._lexicon.snapshot(ticket, found={**found, "id": number})
        except BadInput:
            return Hint(number, delivery)  # whatever makes no sense here, a read says it better
        return Full(snapshot, delivery, "new" in said and said["new"].holds(document))

    def read(self, ticket_id: str) -> Snapshot | None:
        return self._reads.read(_checked(ticket_id))

    @moving()
    def write(self, seen: Snapshot, desired: Desired) -> None:
        """See the port. Requests to the same place are sent as one."""
        values: dict[str, object] = {"ticket": seen.id, "version": seen.version}
        due: list[tuple[Rendered, Mapping[str, Any]]] = []
        for name, more in self._changes(seen, desired):
            request = self._request(name)
            ready = rendered(request, {**values, **more})
            for place, (earlier, its) in enumerate(due):
                one = None if request["alone"] or its["alone"] else joined(earlier, ready)
                if one is not None:
                    due[place] = (one, its)
                    break
            else:
                due.append((ready, request))
        for ready, request in due:
            self._calls.send(ready, request)

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        self._say("note", ticket_id, text, reference)

    def has_note(self, ticket_id: str, reference: str) -> bool:
        """Whether a note carries the reference, or an answer where the file looks there too."""
        request = self._request("find_note")
        values = {"ticket": _checked(ticket_id), "reference": reference}
        found = self._lists.every(request, values)
        if request["is_search"]:
            return any(True for _ in found)
        return any(reference in plain(text) for text in found)

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        self._say("reply", ticket_id, text, reference)

    def set_status(self, ticket_id: str, status: Status) -> None:
        """See the port. Reads back where the file says ``confirm``."""
        request, word = self._request("status"), self._lexicon.word_for(status)
        answer = self._calls.do(request, {"ticket": _checked(ticket_id), "status": word})
        if not request["confirm"]:
            return
        seen = self.read(ticket_id)
        if seen is None or seen.status is not self._lexicon.meaning_of(word):
            said = answer.reply.body.decode(errors="replace")[:200]
            raise Refused(f"The helpdesk left the status as it was: {said}")

    def walk_open(self, cursor: str) -> Page:
        return self._walk.open(cursor)

    def changed_since(self, cursor: str) -> Page:
        """See the port. Without such a request, all that is open."""
        return self._walk.changed(cursor)

    def groups(self) -> Sequence[str] | None:
        if "groups" in self._requests:
            found = self._lists.every(self._requests["groups"], {})
            return [self._lexicon.name_of(group) for group in found]
        return sorted(self._lexicon.groups) or None

    def close(self) -> None:
        self._http.close()

    def _changes(
        self, seen: Snapshot, desired: Desired
    ) -> Iterable[tuple[str, Mapping[str, object]]]:
        """The requests that are due, and what stands in each."""
        if desired.group is not None and desired.group != seen.group:
            group = {"group": self._lexicon.group_for(desired.group)}
            yield "assign", group
            if seen.assignee and "unassign" in self._requests:
                yield "unassign", group
        if desired.is_tagged != (desired.tag in seen.tags):
            tags = {"tag": desired.tag, "tags": sorted(seen.tags ^ {desired.tag})}
            one = "tag" if desired.is_tagged else "untag"
            yield one if one in self._requests else "tags", tags
        if desired.reason_field and desired.reason != (seen.reason or ""):
            yield "field", {"field": desired.reason_field, "reason": desired.reason}

    def _say(self, how: str, ticket_id: str, text: str, reference: str) -> None:
        content = carrying(text, reference)
        values = {"ticket": _checked(ticket_id), "text": content, "reference": reference}
        self._calls.do(self._request(how), values)

    def _request(self, name: str) -> Mapping[str, Any]:
        if name not in self._requests:
            _lacks(name)
        return cast("Mapping[str, Any]", self._requests[name])


def _lacks(name: str) -> NoReturn:
    raise Refused(f"The file that describes the helpdesk has no requests.{name}.")


def _parsed(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadInput("the body has to be JSON.") from None


def _checked(ticket_id: str) -> str:
    """An id that can stand in any request, whatever is around it."""
    if not IDENTITY.pattern.fullmatch(ticket_id):
        raise Refused(f"A ticket's id is {IDENTITY.about}.")
    return ticket_id


def _delivery(said: Mapping[str, Any], headers: Mapping[str, str], document: object) -> str:
    """The sender's id of this delivery; empty where there is none that could be one."""
    found = said["delivery"].of(document) if "delivery" in said else None
    if found is None and "delivery_header" in said:
        found = headers.get(said["delivery_header"].lower())
    text = plain(found) if isinstance(found, str | int) else ""
    return text if TEXT.pattern.fullmatch(text) else ""
