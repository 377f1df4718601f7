"""The shop that is looked at, as it stood when the looking began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overflow.clock import Clock
from overflow.core.model import Policy, Situation
from overflow.flows.services import Services
from overflow.helpdesks.port import Helpdesk
from overflow.helpdesks.setup import Setup, Vault, setup_of
from overflow.settings import resolve_secret
from overflow.store.tallies import QUARTER

HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Patient:
    """What the checks look at."""

    services: Services
    shop: str
    policy: Policy
    situation: Situation
    now: float
    base: str
    """The service's public address; empty: not known."""
    host: Clock
    """This machine's, whatever the service goes by."""
    hour: Mapping[str, int]
    """The tallies of the last hour, and of up to a quarter of one before."""

    def age(self, at: float) -> float:
        """Seconds since then, by the clock that the service goes by."""
        return max(0.0, self.now - at)

    @property
    def desk(self) -> Helpdesk:
        """The shop's helpdesk."""
        return self.services.desks.of(self.policy)

    def setup(self) -> Setup:
        """What its vendor wants there."""
        vault = Vault(self.policy.helpdesk.secrets, resolve_secret)
        return setup_of(self.policy, self.desk, vault, self.base)

    @property
    def hook(self) -> str:
        """Where the helpdesk sends its webhooks, without a secret."""
        connector = self.policy.helpdesk.connector
        return f"{self.base or 'https://YOUR-SERVICE'}/v1/shops/{self.shop}/events/{connector}"


def patient(services: Services, shop: str, base: str, host: Clock) -> Patient:
    """Raises ``Unknown`` for a shop without a policy, ``StoreAway``."""
    policy, now = services.book.policy(shop), services.clock.now()
    hour: Counter[str] = Counter()
    for quarter in services.tallies.quarters(shop, now - HOUR - QUARTER, now):
        hour.update(quarter.tallies)
    situation = services.situations.get(shop, now)
    return Patient(services, shop, policy, situation, now, base.rstrip("/"), host, hour)
