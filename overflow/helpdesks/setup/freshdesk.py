"""Freshdesk: custom field and statuses; its automation rules have no API, so that people make them.

From the vendor's reference (https://developers.freshdesk.com/api/), not tried against the vendor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.login import HEADER
from overflow.helpdesks.setup.asking import Admin
from overflow.helpdesks.setup.part import Part
from overflow.helpdesks.setup.site import Site, groups, secret
from overflow.helpdesks.setup.step import Result, failed, left_out, made, missing, there, unseen

_GROUPS: Final = (
    "Make it in Admin > Team > Groups, and put the number at the end of its address into "
    "helpdesk.options.groups"
)
_MOST: Final = {"per_page": 100}
_USUAL: Final = frozenset(range(2, 8))
"""Numbers of statuses that the connector knows by itself."""
_USUALLY: Final = {"status": 2, "priority": 1, "source": 2}
"""Open, low, by the portal."""


class FreshdeskSetup:
    """Satisfies ``Setup``."""

    unheard = "look whether both rules are switched on: Admin > Workflows > Automations"

    def __init__(self, site: Site) -> None:
        self._site = site
        self._admin = Admin(site.http, "an administrator")

    def parts(self) -> Iterable[Part]:
        return (
            Part("login", self._login, is_first_of_all=True),
            groups(self._site, _GROUPS, lambda: self._admin.listed("groups", params=_MOST)),
            Part("statuses", self._statuses),
            Part("reason field", self._field, self._make_field),
            secret(self._site),
            Part("rules", self._rules),
        )

    def new_ticket(self, subject: str, tags: Sequence[str]) -> str:
        """Asked by the token's own agent, who gets the mail that a requester gets."""
        ticket = {
            "subject": subject,
            "description": subject,
            "email": self._me(),
            **_USUALLY,
            "group_id": self._site.home_number(),
            "tags": list(tags),
        }
        reply = self._admin.ask("POST", "tickets", json=ticket)
        with understood("POST tickets"):
            return Fields(reply.mapping()).identity()

    def _login(self) -> Result:
        return there(f"the key of {self._me()}")

    def _statuses(self) -> Result:
        """Those of the account's own have to be named, or their tickets are dead letters."""
        choices = next(
            (f.get("choices") for f in self._fields() if f.get("type") == "default_status"), None
        )
        numbers = {int(n) for n in choices if n.isdecimal()} if isinstance(choices, dict) else set()
        unnamed = sorted(numbers - _USUAL - set(self._site.options["statuses"]))
        if unnamed:
            told = ", ".join(map(str, unnamed))
            return failed(
                f"say what {told} mean in helpdesk.options.statuses: `{unnamed[0]}: on_hold`"
            )
        return there(", ".join(map(str, sorted(numbers))))

    def _field(self) -> Result:
        name = self._site.words.reason_field
        if name is None:
            return left_out("the policy names no words.reason_field: a name that begins with cf_")
        kind = next((f.get("type") for f in self._fields() if f.get("name") == name), None)
        if kind is None and not name.startswith("cf_"):
            return failed(f"words.reason_field is {name}: Freshdesk's names begin with cf_")
        if kind is None:
            return missing(f"a text field {name}")
        if kind not in {"custom_text", "custom_paragraph"}:
            return failed(f"{name} is no field of text: name another one in words.reason_field")
        return there(name)

    def _make_field(self) -> Result:
        """Freshdesk makes the name from the label: ``cf_`` and the label in small letters."""
        name = str(self._site.words.reason_field)
        label = name.removeprefix("cf_")
        field = {"label": label, "label_for_customers": label, "type": "custom_text"}
        self._admin.ask("POST", "admin/ticket_fields", json=field)
        if all(field.get("name") != name for field in self._fields()):
            return failed(f"it was made, and is not called {name}: put its name into the policy")
        return made(name)

    def _rules(self) -> Result:
        secret = self._site.vault.shown("webhook")
        return unseen(
            "Freshdesk's API shows no rules. Admin > Workflows > Automations, a rule each under "
            "Ticket Creation and Ticket Updates:\n"
            "  event, on updates: status, group, agent, priority, type or tags is updated; a note "
            "or a reply is sent\n"
            "  performed by: anyone; tickets with: any\n"
            "  action: Trigger Webhook, request type POST, encoding JSON, content Advanced\n"
            f"  URL: {self._site.secret_url('webhook')}\n"
            f'  custom headers: {{"{HEADER}": "{secret}"}}\n'
            '  content: {"ticket_id": "{{ticket.id}}"}'
        )

    def _me(self) -> str:
        """The address of the token's agent."""
        reply = self._admin.ask("GET", "agents/me")
        with understood("GET agents/me"):
            contact = Fields(reply.mapping()).inner("contact")
        return str(contact.values.get("email"))

    def _fields(self) -> list[dict[str, object]]:
        return self._admin.listed("ticket_fields")
