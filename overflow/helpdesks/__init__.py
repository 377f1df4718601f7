"""What a helpdesk can do for us: one small ``Protocol``, one room a connector, one literal dict.

A connector turns the vendor's words into ours and back, and nothing more: it knows no store, no
policy beyond its own settings, and decides nothing. To add one: write ``NAME/connector.py`` with a
class that satisfies ``Helpdesk`` and a marshmallow schema of its options, put both into
``CONNECTORS``, record payloads for its test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from marshmallow import Schema

from overflow.clock import Clock
from overflow.core.model import HelpdeskConfig, Words
from overflow.errors import Invalid, by_path
from overflow.helpdesks.chatwoot.connector import ChatwootHelpdesk, ChatwootOptions
from overflow.helpdesks.credentials import Credentials, Secrets
from overflow.helpdesks.django_helpdesk.connector import DjangoHelpdesk, DjangoHelpdeskOptions
from overflow.helpdesks.freshdesk.connector import FreshdeskHelpdesk, FreshdeskOptions
from overflow.helpdesks.gate import OPEN, Gate
from overflow.helpdesks.gorgias.connector import GorgiasHelpdesk, GorgiasOptions
from overflow.helpdesks.gorgias.signature import signature_needed
from overflow.helpdesks.port import Helpdesk
from overflow.helpdesks.rest.connector import RestHelpdesk
from overflow.helpdesks.rest.options import RestOptions, secrets_needed
from overflow.helpdesks.rt.connector import RtHelpdesk, RtOptions
from overflow.helpdesks.standard.connector import StandardHelpdesk, StandardOptions
from overflow.helpdesks.zammad.connector import ZammadHelpdesk, ZammadOptions
from overflow.helpdesks.zendesk.connector import ZendeskHelpdesk, ZendeskOptions


@dataclass(frozen=True, slots=True)
class Connector:
    """One kind of helpdesk."""

    open: Callable[[Mapping[str, object], Secrets, Words, Clock, Gate], Helpdesk]
    """Its class, called with validated options."""
    options: type[Schema]
    secrets: tuple[str, ...]
    """Names of the secrets it cannot do without."""
    needs: Callable[[Mapping[str, Any]], Iterable[str]] | None = None
    """The names of further ones, by its validated options."""
    retry: int = 503
    """The HTTP status that makes this vendor send a webhook again."""
    is_json: bool = True
    """Its webhooks are JSON and say so; else forms and XML are let through to it."""
    is_grouped: bool = False
    """Every one of its tickets stands in a group or queue."""


CONNECTORS: Final[Mapping[str, Connector]] = {
    "chatwoot": Connector(ChatwootHelpdesk, ChatwootOptions, ("token", "webhook")),
    "django_helpdesk": Connector(
        DjangoHelpdesk, DjangoHelpdeskOptions, ("token", "webhook"), is_grouped=True
    ),
    "gorgias": Connector(GorgiasHelpdesk, GorgiasOptions, ("token", "webhook"), signature_needed),
    "rest": Connector(RestHelpdesk, RestOptions, (), secrets_needed),
    "freshdesk": Connector(
        FreshdeskHelpdesk, FreshdeskOptions, ("token", "webhook"), is_json=False
    ),
    "rt": Connector(RtHelpdesk, RtOptions, ("token", "webhook"), is_grouped=True),
    "standard": Connector(StandardHelpdesk, StandardOptions, ("webhook",)),
    "zammad": Connector(ZammadHelpdesk, ZammadOptions, ("token", "webhook"), is_grouped=True),
    "zendesk": Connector(ZendeskHelpdesk, ZendeskOptions, ("token", "webhook"), retry=409),
}


def retry_status(connector: str) -> int:
    """The answer to a webhook that could not be taken in and shall come again."""
    kind = CONNECTORS.get(connector)
    return 503 if kind is None else kind.retry


def sends_json(connector: str) -> bool:
    """Whether a webhook that is no JSON cannot come from such a helpdesk."""
    kind = CONNECTORS.get(connector)
    return kind is None or kind.is_json


def may_be_ungrouped(connector: str) -> bool:
    """Whether a ticket of such a helpdesk may stand in no group."""
    kind = CONNECTORS.get(connector)
    return kind is not None and not kind.is_grouped


def check_options(
    connector: str,
    options: Mapping[str, object],
    secrets: Mapping[str, object] | None = None,
) -> dict[str, list[str]]:
    """Every fault by its path (``options.url``); empty when there is none.

    With ``secrets``, the policy's references by name, missing names are faults too.
    """
    kind = CONNECTORS.get(connector)
    if kind is None:
        return {"connector": [f"is none of {', '.join(CONNECTORS)}"]}
    found = kind.options().validate(options)
    faults = by_path(found, "options")
    if secrets is None:
        return faults
    needed = list(kind.secrets)
    if kind.needs is not None and not faults:
        needed += sorted(kind.needs(kind.options().load(options)))
    for name in needed:
        if not secrets.get(name):
            faults[f"secrets.{name}"] = [f"the {connector} connector needs it"]
    return faults


def open_helpdesk(
    config: HelpdeskConfig,
    words: Words,
    resolve: Callable[[str], str],
    clock: Clock,
    gate: Gate = OPEN,
) -> Helpdesk:
    """The shop's helpdesk, ready for use by many threads; nothing is sent before the first call.

    ``resolve`` turns a reference into a secret; every call passes the ``gate``. Raises ``Invalid``
    for options with faults.
    """
    faults = check_options(config.connector, config.options, config.secrets)
    if faults:
        raise Invalid("The settings of the helpdesk have faults.", faults)
    kind = CONNECTORS[config.connector]
    options = cast("Mapping[str, object]", kind.options().load(config.options))
    return kind.open(options, Credentials(config.secrets, resolve, clock), words, clock, gate)
