"""A helpdesk that a file describes, or one behind an adapter: only people can set it up.

They are told the webhook's real address, and what has to stand in it and beside it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from overflow.clock import new_id
from overflow.errors import Refused
from overflow.helpdesks.rest.verify import secrets_of
from overflow.helpdesks.setup.part import Part
from overflow.helpdesks.setup.site import Site, groups, secret
from overflow.helpdesks.setup.step import Result, left_out, there, unseen
from overflow.helpdesks.setup.vault import BYTES

_NAMED: Final = "make a ticket for testing there, and name it with --ticket"


class RestSetup:
    """Satisfies ``Setup``."""

    unheard = "look where the helpdesk keeps a log of the webhooks that it sent"

    def __init__(self, site: Site) -> None:
        self._site = site
        self._webhook: Mapping[str, Any] | None = site.options.get("webhook")

    def parts(self) -> Iterable[Part]:
        yield Part("open tickets", self._open, is_first_of_all=True)
        yield groups(self._site, "Make it in the helpdesk")
        verify = {} if self._webhook is None else self._webhook["verify"]
        yield from (secret(self._site, name) for name in sorted(secrets_of(verify)))
        yield Part("webhook", self._told)

    def new_ticket(self, subject: str, tags: Sequence[str]) -> NoReturn:
        del subject, tags
        raise Refused(f"the file describes no request that makes a ticket: {_NAMED}")

    def _open(self) -> Result:
        return _listed(self._site)

    def _told(self) -> Result:
        if self._webhook is None:
            return left_out("the file describes none: what happens is seen by polling")
        lines = "\n".join(f"  {line}" for line in self._lines(self._webhook["verify"]))
        return unseen(f"for every change of a ticket, POST its JSON to\n{lines}")

    def _lines(self, verify: Mapping[str, Any]) -> Iterator[str]:
        shown = self._site.vault.shown
        in_url = "url" in verify
        yield self._site.secret_url(verify["url"]["secret"]) if in_url else self._site.url
        if "header" in verify:
            way = verify["header"]
            yield f"with the header {way['name']}: {way['prefix']}{shown(way['secret'])}"
        if "basic" in verify:
            way = verify["basic"]
            yield f"with Basic credentials: {way['user']} and {shown(way['secret'])}"
        if "hmac" in verify:
            way = verify["hmac"]
            yield f"signed in the header {way['header']} with {shown(way['secret'])}"


class StandardSetup:
    """Satisfies ``Setup``."""

    unheard = "look into the adapter's log"

    def __init__(self, site: Site) -> None:
        self._site = site

    def parts(self) -> Iterable[Part]:
        vault = self._site.vault
        return (
            Part("secret `webhook`", lambda: vault.look("webhook"), self._make_secret),
            Part("open tickets", lambda: _listed(self._site), is_first_of_all=True),
            groups(self._site, "Make it in the helpdesk, or let GET /groups tell of it"),
            Part("adapter", self._told),
        )

    def new_ticket(self, subject: str, tags: Sequence[str]) -> NoReturn:
        del subject, tags
        raise Refused(f"the protocol has no event that makes a ticket: {_NAMED}")

    def _make_secret(self) -> Result:
        key = base64.b64encode(new_id(BYTES).encode()).decode("ascii")
        return self._site.vault.keep("webhook", f"whsec_{key}")

    def _told(self) -> Result:
        return unseen(
            "tell the adapter (docs/standard-connector.md)\n"
            f"  where its events go: {self._site.url}\n"
            f"  what both sides sign with: {self._site.vault.shown('webhook')}"
        )


def _listed(site: Site) -> Result:
    """That the service may log in and read."""
    page = site.desk.walk_open("")
    return there(f"{len(page.tickets)}{'' if page.is_last else ' and more'}")
