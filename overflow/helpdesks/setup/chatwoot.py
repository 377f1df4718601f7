"""Chatwoot: labels, custom attribute, and the account's webhook, whose secret Chatwoot makes.

From its source (app/controllers/api/v1/accounts/{webhooks,labels,custom_attribute_definitions}_
controller.rb) and https://developers.chatwoot.com/api-reference, not tried against the vendor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

import httpx

from overflow.errors import Refused
from overflow.helpdesks.http import judge
from overflow.helpdesks.setup.asking import Admin, objects
from overflow.helpdesks.setup.part import Part
from overflow.helpdesks.setup.site import TEST_TAG, Site, groups, secret
from overflow.helpdesks.setup.step import Result, failed, left_out, made, missing, there

_EVENTS: Final = (
    "conversation_created",
    "conversation_updated",
    "conversation_status_changed",
    "message_created",
)
_ATTRIBUTES: Final = "custom_attribute_definitions"
_OF_CONVERSATIONS: Final = "conversation_attribute"
_COLOUR: Final = "#1f93ff"
_GROUPS: Final = (
    "Make it in Settings > Teams, and put the number in its address into helpdesk.options.groups"
)
_REVEAL: Final = "Settings > Integrations > Webhooks > the one with this address > Secret"


class ChatwootSetup:
    """Satisfies ``Setup``."""

    unheard = (
        "Chatwoot sends a webhook once and tells nobody when it fails: look at its Sidekiq's log"
    )

    def __init__(self, site: Site) -> None:
        self._site = site
        self._admin = Admin(site.http, "an administrator")
        self._is_signed = bool(site.options["signed"])

    def parts(self) -> Iterable[Part]:
        theirs = Part("webhook's secret", self._secret, self._keep_secret)
        webhook = Part("webhook", self._webhook, self._make_webhook)
        return (
            Part("login", self._login, is_first_of_all=True),
            groups(self._site, _GROUPS, lambda: self._admin.listed("teams")),
            *(self._label(name) for name in dict.fromkeys((self._site.words.tag, TEST_TAG))),
            Part("reason attribute", self._attribute, self._make_attribute),
            *((webhook, theirs) if self._is_signed else (secret(self._site), webhook)),
        )

    def new_ticket(self, subject: str, tags: Sequence[str]) -> NoReturn:
        """Conversations are begun by contacts in an inbox, which only people know."""
        del subject, tags
        raise Refused(
            "Chatwoot's API begins no conversation by itself: write one as a customer, then name "
            "its number with --ticket"
        )

    def _login(self) -> Result:
        """Chatwoot answers 401 to whoever may not, whether it knows him or not."""
        self._admin.ask("GET", "teams")
        hooks = self._admin.http.send("GET", "webhooks")
        if hooks.status == httpx.codes.UNAUTHORIZED:
            return failed(
                "the token's user is no administrator of this account: Settings > Agents > Role"
            )
        judge(hooks, "GET webhooks")
        return there(f"an administrator of account {self._site.options['account']}")

    def _label(self, name: str) -> Part:
        def look() -> Result:
            labels = objects(self._admin.ask("GET", "labels").json(), "payload")
            is_there = any(label.get("title") == name for label in labels)
            return there(name) if is_there else missing(f"a label {name}")

        def make() -> Result:
            label = {"title": name, "color": _COLOUR, "show_on_sidebar": False}
            self._admin.ask("POST", "labels", json={"label": label})
            return made(name)

        return Part(f"label `{name}`", look, make)

    def _attribute(self) -> Result:
        name = self._site.words.reason_field
        if name is None:
            return left_out("the policy names no words.reason_field")
        wanted = {"attribute_model": _OF_CONVERSATIONS}
        known = self._admin.listed(_ATTRIBUTES, params=wanted)
        is_there = any(attribute.get("attribute_key") == name for attribute in known)
        return there(name) if is_there else missing(f"a text attribute {name} of conversations")

    def _make_attribute(self) -> Result:
        name = self._site.words.reason_field
        attribute = {
            "attribute_key": name,
            "attribute_display_name": name,
            "attribute_display_type": "text",
            "attribute_model": _OF_CONVERSATIONS,
        }
        self._admin.ask("POST", _ATTRIBUTES, json={"custom_attribute_definition": attribute})
        return made(str(name))

    def _webhook(self) -> Result:
        hook = self._hook()
        if hook is None:
            return missing(f"none calls {self._site.url}")
        told = hook.get("subscriptions")
        untold = [e for e in _EVENTS if not isinstance(told, list) or e not in told]
        if untold:
            return failed(f"{hook.get('id')} does not tell of {', '.join(untold)}: tick that in it")
        return there(f"{hook.get('id')} calls {self._site.url}")

    def _make_webhook(self) -> Result:
        behind = "" if self._is_signed else f"/{self._site.vault.value('webhook')}"
        hook = {
            "name": self._site.name,
            "url": f"{self._site.url}{behind}",
            "subscriptions": list(_EVENTS),
        }
        self._admin.ask("POST", "webhooks", json=hook)
        return made(f"calls {self._site.url}")

    def _secret(self) -> Result:
        hook = self._hook()
        if hook is None:
            return missing("the webhook's own has to be put where the service finds it")
        if _secret_of(hook) in self._site.vault.values("webhook"):
            return there("the service has it")
        return missing("the service does not have the webhook's")

    def _keep_secret(self) -> Result:
        hook = self._hook()
        if hook is None:
            raise Refused("waits for the webhook")
        return self._site.vault.keep("webhook", _secret_of(hook), _REVEAL)

    def _hook(self) -> dict[str, object] | None:
        behind = "" if self._is_signed else self._site.vault.value("webhook")
        payload = self._admin.ask("GET", "webhooks").mapping().get("payload")
        hooks = objects(payload, "webhooks")
        return next((h for h in hooks if self._site.leads_here(h.get("url"), behind)), None)


def _secret_of(hook: dict[str, object]) -> str:
    secret = hook.get("secret")
    if not isinstance(secret, str) or not secret:
        raise Refused(
            "this Chatwoot signs no webhooks (that began with 4.11.2): set helpdesk.options.signed "
            "to false, so that the secret stands in the address"
        )
    return secret
