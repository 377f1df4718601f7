"""Reading one ticket of a described helpdesk, with whatever else has to be asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput, Refused
from overflow.helpdesks.rest.calls import Calls
from overflow.helpdesks.rest.pages import Lists
from overflow.helpdesks.rest.request import rendered
from overflow.helpdesks.rest.template import plain
from overflow.helpdesks.rest.ticket import Lexicon, version_of


class Reads:
    """Reads tickets."""

    def __init__(
        self, requests: Mapping[str, Any], lexicon: Lexicon, calls: Calls, lists: Lists
    ) -> None:
        self._requests = requests
        self._lexicon = lexicon
        self._calls = calls
        self._lists = lists

    def read(self, ticket_id: str) -> Snapshot | None:
        """The ticket as it is now; None: the helpdesk no longer has it, or it is no ticket.

        One that answers with another's number has been merged into that one.
        """
        request = self._requests["read"]
        ready = rendered(request, {"ticket": ticket_id})
        answer = self._calls.send(ready, request, missing=request["missing"])
        if self._calls.holds(request["missing"], answer):
            return None
        document = answer.find(request["item"])
        try:
            if document is None or not self._lexicon.is_one(document):
                return None
            version = None
            if header := request.get("version_header"):
                version = version_of(answer.reply.headers.get(header.lower()))
            seen = self.completed(document, version=version)
        except BadInput as fault:
            answer.refuse(fault)
        return seen if seen.id == ticket_id else replace(seen, id=ticket_id, status=Status.MERGED)

    def completed(self, document: object, *, version: int | None = None) -> Snapshot:
        """A ticket's document, and what further requests tell. Raises ``BadInput``."""
        number = self._lexicon.id(document)
        found: dict[str, object] = {}
        for name, request in self._requests["details"].items():
            if "when" not in request or request["when"].holds(document):
                answer = self._calls.do(request, {"ticket": number})
                found[name] = answer.find(request["value"])
        seen = self._lexicon.snapshot(document, found=found, version=version)
        if seen.answered is None and "answers" in self._requests:
            return replace(seen, answered=self._answered(document, number))
        return seen

    def _answered(self, document: object, number: str) -> float | None:
        """When the first message came that is by neither the customer nor the helpdesk itself."""
        request = self._requests["answers"]
        if "when" in request and not request["when"].holds(document):
            return None
        asking = request["askers"].of(document) if "askers" in request else []
        others = {plain(one) for one in asking} if isinstance(asking, list) else {plain(asking)}
        others |= set(request["not_by"])
        for message in self._lists.every(request, {"ticket": number}):
            author = request["author"].of(message) if "author" in request else None
            if author is None or plain(author) not in others:
                moment = self._lexicon.times.moment(request["at"].of(message))
                if moment is None:
                    raise Refused("requests.answers.at finds no time in an answer.")
                return moment / 1e6
        return None
