"""django-helpdesk: its webhooks and custom fields are set up in its own project, by people.

Tried against a real django-helpdesk 2.6 (``deploy/django-helpdesk``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from overflow.helpdesks.django_helpdesk.ticket import OPENED
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.setup.asking import Admin
from overflow.helpdesks.setup.part import Part
from overflow.helpdesks.setup.site import Site, groups, secret
from overflow.helpdesks.setup.step import Result, there, unseen

_PRIORITY: Final = 3
_TICKETS: Final = "api/tickets/"


class DjangoHelpdeskSetup:
    """Satisfies ``Setup``."""

    unheard = "django-helpdesk's own log tells of webhooks that took too long"

    def __init__(self, site: Site) -> None:
        self._site = site
        self._admin = Admin(site.http, "staff, with the permission of every queue")

    def parts(self) -> Iterable[Part]:
        return (
            Part("login", self._login, is_first_of_all=True),
            groups(
                self._site, "Name its number, as in the admin's URLs, in helpdesk.options.queues"
            ),
            secret(self._site),
            Part("project", self._project),
        )

    def new_ticket(self, subject: str, tags: Sequence[str]) -> str:
        """Without a submitter, so that nobody gets a mail."""
        ticket = {
            "queue": self._site.home_number("queues"),
            "title": subject,
            "description": subject,
            "priority": _PRIORITY,
            f"custom_{self._site.options['names']['tags']}": ",".join(tags),
        }
        reply = self._admin.ask("POST", _TICKETS, json=ticket)
        with understood(f"POST {_TICKETS}"):
            return Fields(reply.mapping()).identity()

    def _login(self) -> Result:
        self._admin.ask("GET", _TICKETS, params={"status": OPENED, "page_size": 1})
        return there("the API answers to the token")

    def _project(self) -> Result:
        names, reason = self._site.options["names"], self._site.words.reason_field
        fields = ", ".join(sorted({name for name in (*names.values(), reason) if name}))
        return unseen(
            "its API shows neither settings nor custom fields. In its settings.py:\n"
            "  HELPDESK_GET_NEW_TICKET_WEBHOOK_URLS = lambda: [OVERFLOW]\n"
            "  HELPDESK_GET_FOLLOWUP_WEBHOOK_URLS = lambda: [OVERFLOW]\n"
            f"where OVERFLOW is {self._site.secret_url('webhook')},\n"
            f"and in its admin, under Custom fields, not required: {fields}"
        )
