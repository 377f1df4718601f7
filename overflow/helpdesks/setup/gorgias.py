"""Gorgias: custom field, and the HTTP integration that sends webhooks.

From the vendor's reference (https://developers.gorgias.com/reference), not tried against the
vendor. It never shows again what an integration signs with, so that the round trip has to tell
whether that is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import orjson

from overflow.errors import Refused
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.gorgias.connector import following
from overflow.helpdesks.http import segment
from overflow.helpdesks.login import HEADER
from overflow.helpdesks.paging import listed
from overflow.helpdesks.setup.asking import Admin
from overflow.helpdesks.setup.part import Part
from overflow.helpdesks.setup.reason import FIELD, unused
from overflow.helpdesks.setup.site import Site, groups, secret
from overflow.helpdesks.setup.step import Result, failed, made, missing, there

_PAGE: Final = 100
_TRIGGERS: Final = (
    "ticket-created",
    "ticket-updated",
    "ticket-message-created",
    "ticket-self-unsnoozed",
    "ticket-assignment-updated",
    "ticket-status-updated",
    "ticket-handed-over",
)
_FORM: Final = {"ticket_id": "{{ticket.id}}"}
_JSON: Final = "application/json"
_GROUPS: Final = (
    "Make it in Settings > Users & teams > Teams, and put the number at the end of its address "
    "into helpdesk.options.groups"
)


class GorgiasSetup:
    """Satisfies ``Setup``."""

    unheard = (
        "Settings > App store > My apps > HTTP > its integration shows what left; Gorgias switches "
        "it off after a hundred failures in a row"
    )

    def __init__(self, site: Site) -> None:
        self._site = site
        self._admin = Admin(site.http, "an admin")
        self._signs = site.options["signature"] is not None

    def parts(self) -> Iterable[Part]:
        secrets = ["webhook", "signature"] if self._signs else ["webhook"]
        return (
            Part("login", self._login, is_first_of_all=True),
            groups(self._site, _GROUPS, lambda: self._pages("teams", {})),
            Part("reason field", self._field, self._make_field),
            *(secret(self._site, name) for name in secrets),
            Part(
                "HTTP integration",
                self._integration,
                self._make_integration,
                steps=self._by_hand(),
            ),
        )

    def new_ticket(self, subject: str, tags: Sequence[str]) -> str:
        """Of one internal note, by the service's own user, who is its customer as well."""
        user = self._site.options["user"]
        note = {
            "channel": "internal-note",
            "via": "api",
            "from_agent": True,
            "public": False,
            "body_text": subject,
            "sender": {"id": user},
        }
        ticket = {
            "channel": "api",
            "via": "api",
            "subject": subject,
            "customer": {"email": self._me().get("email")},
            "assignee_team": {"id": self._site.home_number()},
            "tags": [{"name": tag} for tag in tags],
            "messages": [note],
        }
        reply = self._admin.ask("POST", "tickets", json=ticket)
        with understood("POST tickets"):
            return Fields(reply.mapping()).identity()

    def _login(self) -> Result:
        return there(f"user {self._site.options['user']}, {self._me().get('email')}")

    def _field(self) -> Result:
        said = self._site.words.reason_field
        if said is not None:
            return self._field_of(said)
        fields = self._pages("custom-fields", {"object_type": "Ticket"})
        for field in fields:
            if field.get("label") == FIELD:
                return there(unused(field.get("id")))
        return missing(f"a text field “{FIELD}”")

    def _field_of(self, number: str) -> Result:
        found = self._admin.look(f"custom-fields/{segment(number)}")
        if found is None:
            return failed(f"there is no field {number}: words.reason_field is its number")
        definition = found.mapping().get("definition")
        settings = definition.get("input_settings") if isinstance(definition, dict) else None
        kind = settings.get("input_type") if isinstance(settings, dict) else "input"
        if kind != "input":
            return failed(f"field {number} takes nothing but its own choices: name one of text")
        return there(f"field {number}")

    def _make_field(self) -> Result:
        definition = {"data_type": "text", "input_settings": {"input_type": "input"}}
        field = {"object_type": "Ticket", "label": FIELD, "definition": definition}
        reply = self._admin.ask("POST", "custom-fields", json=field)
        return made(unused(reply.mapping().get("id")))

    def _integration(self) -> Result:
        behind = self._site.vault.value("webhook")
        for one in self._pages("integrations", {}):
            http = one.get("http")
            if not isinstance(http, dict) or not self._site.leads_here(http.get("url"), behind):
                continue
            number, triggers = one.get("id"), http.get("triggers")
            if one.get("deactivated_datetime"):
                return failed(f"{number} is switched off. {self.unheard}, and switches it on again")
            on = triggers if isinstance(triggers, dict) else {}
            off = [name for name in _TRIGGERS if not on.get(name)]
            if off:
                return failed(f"{number} does not tell of {', '.join(off)}: switch that on in it")
            return there(f"{number} calls {self._site.url}")
        return missing(f"none calls {self._site.url} with the secret `webhook` behind it")

    def _make_integration(self) -> Result:
        vault = self._site.vault
        webhook = vault.value("webhook")
        http: dict[str, object] = {
            "url": f"{self._site.url}/{webhook}",
            "method": "POST",
            "headers": {HEADER: webhook},
            "request_content_type": _JSON,
            "response_content_type": _JSON,
            "form": _FORM,
            "triggers": dict.fromkeys(_TRIGGERS, True),
        }
        if self._signs:
            http["hmac_secret"] = vault.value("signature")
        body = {"type": "http", "name": self._site.name, "http": http}
        reply = self._admin.ask("POST", "integrations", json=body)
        return made(f"{reply.mapping().get('id')} calls {self._site.url}")

    def _by_hand(self) -> str:
        return (
            "Settings > App store > HTTP integration > Add:\n"
            f"  URL: {self._site.secret_url('webhook')}\n"
            f"  triggers: {', '.join(_TRIGGERS)}\n"
            "  method POST, request and response JSON\n"
            f"  header {HEADER}: {self._site.vault.shown('webhook')}\n"
            f"  body: {orjson.dumps(_FORM).decode()}"
        )

    def _me(self) -> dict[str, object]:
        number = self._site.options["user"]
        found = self._admin.look(f"users/{number}")
        if found is None:
            raise Refused(f"there is no user {number}: helpdesk.options.user is the token's")
        return found.mapping()

    def _pages(self, path: str, wanted: dict[str, str]) -> Iterator[dict[str, object]]:
        return listed(self._admin.ask, path, {"limit": _PAGE, **wanted}, "data", following)
