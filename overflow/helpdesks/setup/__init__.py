"""Setting a helpdesk up: what it has to have, and how that is looked for, made or asked for.

One file a vendor, one line in ``SETUPS``. A set-up is a list of parts; ``checks`` only looks at
them, ``steps`` also makes what is not there. Run again, it changes nothing. What no API can do is
told so that a person can: where to click, and what to put there, with the real address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, cast

from overflow.core.model import Policy
from overflow.helpdesks import CONNECTORS
from overflow.helpdesks.port import Helpdesk
from overflow.helpdesks.setup.chatwoot import ChatwootSetup
from overflow.helpdesks.setup.described import RestSetup, StandardSetup
from overflow.helpdesks.setup.django_helpdesk import DjangoHelpdeskSetup
from overflow.helpdesks.setup.freshdesk import FreshdeskSetup
from overflow.helpdesks.setup.gorgias import GorgiasSetup
from overflow.helpdesks.setup.part import Part, gone_through
from overflow.helpdesks.setup.rt import RtSetup
from overflow.helpdesks.setup.site import TEST_TAG, Site
from overflow.helpdesks.setup.step import Outcome, Step
from overflow.helpdesks.setup.vault import Vault
from overflow.helpdesks.setup.zammad import ZammadSetup
from overflow.helpdesks.setup.zendesk import ZendeskSetup

__all__ = ["SETUPS", "TEST_TAG", "Outcome", "Setup", "Step", "Vault", "checks", "setup_of", "steps"]


class Setup(Protocol):
    """What one shop's helpdesk has to have."""

    unheard: str
    """Where people see in the helpdesk why a webhook did not come."""

    def parts(self) -> Iterable[Part]:
        """In the order in which they are made."""

    def new_ticket(self, subject: str, tags: Sequence[str]) -> str:
        """Make a test ticket and return its id, without writing to any customer.

        ``Refused`` where the API cannot: then a person has to name one.
        """


SETUPS: Final[Mapping[str, Callable[[Site], Setup]]] = {
    "chatwoot": ChatwootSetup,
    "django_helpdesk": DjangoHelpdeskSetup,
    "freshdesk": FreshdeskSetup,
    "gorgias": GorgiasSetup,
    "rest": RestSetup,
    "rt": RtSetup,
    "standard": StandardSetup,
    "zammad": ZammadSetup,
    "zendesk": ZendeskSetup,
}


def setup_of(policy: Policy, desk: Helpdesk, vault: Vault, base: str = "") -> Setup:
    """The set-up of a shop's helpdesk. ``base`` is the service's public address, if it is known."""
    config = policy.helpdesk
    kind = CONNECTORS[config.connector]
    named = [policy.home.group, *(p.group for p in policy.partners if p.enabled)]
    site = Site(
        shop=policy.shop,
        desk=desk,
        options=cast("Mapping[str, Any]", kind.options().load(config.options)),
        words=policy.words,
        groups=[group for group in dict.fromkeys(named) if group],
        home=policy.home.group or "",
        path=f"/v1/shops/{policy.shop}/events/{config.connector}",
        base=base.rstrip("/"),
        vault=vault,
    )
    return SETUPS[config.connector](site)


def checks(setup: Setup) -> Iterator[Step]:
    """What is there and what is not; nothing is written anywhere."""
    return gone_through(setup.parts(), is_making=False)


def steps(setup: Setup) -> Iterator[Step]:
    """The same, and what is not there is made where the API can."""
    return gone_through(setup.parts(), is_making=True)
