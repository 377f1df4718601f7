"""Request Tracker: ``deploy/rt/install.pl`` makes everything on its server; here it is looked at.

Tried against a real RT 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from overflow.errors import Refused
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.http import segment
from overflow.helpdesks.rt.search import API
from overflow.helpdesks.setup.asking import Admin, objects
from overflow.helpdesks.setup.part import Part
from overflow.helpdesks.setup.site import Site, groups, secret
from overflow.helpdesks.setup.step import Result, by_hand, there, unseen

_USER: Final = "svc-overflow"


class RtSetup:
    """Satisfies ``Setup``."""

    unheard = "RT's log has a line that begins with `overflow: webhook` for each that failed"

    def __init__(self, site: Site) -> None:
        self._site = site
        self._admin = Admin(site.http, f"{_USER} with the rights that install.pl gives")

    def parts(self) -> Iterable[Part]:
        return (
            Part("login", self._login, is_first_of_all=True),
            groups(self._site, f"On the RT server: {self._install()}"),
            Part("custom fields", self._fields),
            secret(self._site),
            Part("scrip", self._scrip),
        )

    def new_ticket(self, subject: str, tags: Sequence[str]) -> str:
        """By the service's own user, who is its requestor as well."""
        if not self._site.home:
            raise Refused("the policy names no inhouse.group: name a ticket with --ticket")
        ticket = {
            "Queue": self._site.home,
            "Subject": subject,
            "Content": subject,
            "ContentType": "text/plain",
            "CustomFields": {self._site.options["names"]["tags"]: list(tags)},
        }
        reply = self._admin.ask("POST", f"{API}ticket", json=ticket)
        with understood("POST ticket"):
            return Fields(reply.mapping()).identity()

    def _login(self) -> Result:
        version = self._admin.ask("GET", f"{API}rt").mapping().get("Version")
        return there(f"Request Tracker {version}")

    def _fields(self) -> Result:
        names, reason = self._site.options["names"], self._site.words.reason_field
        wanted = {name for name in (*names.values(), reason) if name}
        for queue in self._site.groups:
            found = self._admin.look(f"{API}queue/{segment(queue)}")
            if found is None:
                raise Refused(f"the service's user does not see the queue {queue}")
            fields = objects(found.mapping(), "TicketCustomFields")
            absent = wanted - {str(field.get("name")) for field in fields}
            if absent:
                told = ", ".join(sorted(absent))
                return by_hand(f"{queue} has no {told}; on the RT server: {self._install()}")
        return there(", ".join(sorted(wanted)))

    def _scrip(self) -> Result:
        secret = self._site.vault.shown("webhook")
        return unseen(
            "RT's API shows no scrips. On the RT server, with both files of deploy/rt:\n"
            f"  {self._install()}\n"
            "and in /etc/request-tracker5/overflow.json, readable by RT's user alone:\n"
            f'  {{"url": "{self._site.url}", "secret": "{secret}", "user": "{_USER}"}}'
        )

    def _install(self) -> str:
        queues = " ".join(f"--queue '{queue}'" for queue in self._site.groups)
        return f"sudo -u www-data perl install.pl --user {_USER} {queues}"
