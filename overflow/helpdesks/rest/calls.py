"""Calls to a described helpdesk: sent, judged by what the file calls success, and watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import SplitResult, urlsplit

import orjson

from overflow.errors import BadInput, Fault, HelpdeskAway, Refused
from overflow.helpdesks.http import HelpdeskHttp, Reply, judge, no_page
from overflow.helpdesks.rest.login import Login
from overflow.helpdesks.rest.query import Query
from overflow.helpdesks.rest.request import Rendered, rendered
from overflow.helpdesks.rest.template import Values

_TOLD: Final = 200
"""Characters of the helpdesk's own words that an error repeats."""
_ELSEWHERE: Final = "The helpdesk's link to its next page leads elsewhere."


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as whoever watches is told of it. Without what the login added."""

    request: Rendered
    reply: Reply | None
    """None: there was none."""


Watch = Callable[[Call], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    reply: Reply
    what: str
    """What was asked, for messages."""

    @property
    def body(self) -> object:
        """The JSON; ``HelpdeskAway`` where it is none."""
        return self.reply.json()

    @property
    def document(self) -> dict[str, object]:
        """What ``success`` and ``missing`` look at: a body that is no JSON is a text there."""
        try:
            body = orjson.loads(self.reply.body) if self.reply.body else None
        except orjson.JSONDecodeError:
            body = self.reply.body[:4000].decode(errors="replace")
        return {"status": self.reply.status, "headers": dict(self.reply.headers), "body": body}

    def find(self, query: Query) -> object:
        """In the JSON. ``Refused`` where it does not fit: it will not the next time either."""
        try:
            return query.of(self.body)
        except BadInput as fault:
            self.refuse(fault)

    def refuse(self, fault: Fault) -> NoReturn:
        """An answer that makes no sense."""
        raise Refused(f"{self.what}: {fault.message}") from None


class Calls:
    """One helpdesk's connection, with its login and its idea of success."""

    def __init__(
        self, url: str, http: HelpdeskHttp, login: Login, success: Mapping[str, Query] | None
    ) -> None:
        self._base = urlsplit(url)
        self._http = http
        self._login = login
        self._success = success
        self.watch: Watch | None = None
        """Told of every call."""

    def do(self, request: Mapping[str, Any], values: Values) -> Answer:
        """Make the call. Raises ``HelpdeskAway`` or ``Refused`` unless it worked."""
        return self.send(rendered(request, values), request)

    def send(
        self, ready: Rendered, request: Mapping[str, Any], missing: Query | None = None
    ) -> Answer:
        """The same for a request that is ready. What is ``missing`` comes back unjudged."""
        answer = self._sent(ready)
        if missing is None or not self.holds(missing, answer):
            self._judge(request, answer)
        return answer

    def holds(self, query: Query, answer: Answer) -> bool:
        """Whether that is true of an answer."""
        try:
            return query.holds(answer.document)
        except BadInput as fault:
            answer.refuse(fault)

    def within(self, url: str) -> str:
        """What stands behind the helpdesk's URL in another; ``Refused`` if it leads elsewhere."""
        base = self._base
        try:
            there = urlsplit(url)
            is_ours = not (there.scheme or there.netloc) or _origin(there) == _origin(base)
        except ValueError:
            raise Refused(_ELSEWHERE) from None
        root = base.path.rstrip("/") + "/"
        if not is_ours or "\\" in url or there.username or not there.path.startswith(root):
            raise Refused(_ELSEWHERE)
        path = there.path.removeprefix(root)
        if path.startswith("/") or ".." in path.split("/"):
            raise Refused(_ELSEWHERE)
        return f"{path}?{there.query}" if there.query else path

    def _sent(self, ready: Rendered) -> Answer:
        answer, token = self._exchange(ready)
        if token and self._login.is_over(answer.reply, answer.document):
            self._login.forget(token)
            answer, _ = self._exchange(ready)
        return answer

    def _exchange(self, ready: Rendered) -> tuple[Answer, str]:
        request, token = self._login.dressed(ready)
        sent: dict[str, Any] = {"headers": request.headers}
        if request.json is not None:
            sent["json"] = request.json
        if request.content is not None:
            sent["content"] = request.content
        try:
            reply = self._http.send(request.method, request.path, **sent)
        except Fault:
            self._tell(Call(ready, None))
            raise
        self._tell(Call(ready, reply))
        return Answer(reply, f"{request.method} {reply.path}"), token

    def _tell(self, call: Call) -> None:
        if self.watch is not None:
            self.watch(call)

    def _judge(self, request: Mapping[str, Any], answer: Answer) -> None:
        if answer.reply.status in request.get("accept", ()):
            return
        judge(answer.reply, answer.what)
        success = request.get("success") or self._success
        if not success:
            no_page(answer.reply, answer.what)
            return
        if "away" in success and self.holds(success["away"], answer):
            raise HelpdeskAway(f"{answer.what}: {self._said(success, answer)}")
        if "when" in success and not self.holds(success["when"], answer):
            raise Refused(f"{answer.what}: {self._said(success, answer)}")

    def _said(self, success: Mapping[str, Query], answer: Answer) -> str:
        """In the helpdesk's own words, where the file says where they stand."""
        said = success["message"].of(answer.document) if "message" in success else None
        if not isinstance(said, str) or not said.strip():
            return "the answer says that it did not work."
        return "the helpdesk said: " + " ".join(said.split())[:_TOLD]


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    """Scheme, host and port."""
    usual = {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.hostname, url.port or usual
