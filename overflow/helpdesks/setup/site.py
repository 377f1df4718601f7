"""What a helpdesk is set up for: one shop, its words and groups, and where its webhooks go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol, runtime_checkable
from urllib.parse import urlsplit

from overflow.core.model import Words
from overflow.errors import Refused
from overflow.helpdesks.http import HelpdeskHttp
from overflow.helpdesks.port import Helpdesk
from overflow.helpdesks.setup.part import Part
from overflow.helpdesks.setup.step import Result, failed, left_out, there
from overflow.helpdesks.setup.vault import Vault

TEST_TAG: Final = "overflow-test"
"""Tickets that bear it are told of even when it is the service itself that changed them."""


Numbered = Mapping[str, object]
"""A group as the helpdesk lists it."""

_MOST: Final = 30
"""Groups that are told."""
_NAMED: Final = "name a ticket with --ticket"


@runtime_checkable
class _Reached(Protocol):
    @property
    def http(self) -> HelpdeskHttp: ...


@dataclass(frozen=True, slots=True)
class Site:
    """One shop's helpdesk."""

    shop: str
    desk: Helpdesk
    options: Mapping[str, Any]
    """Validated."""
    words: Words
    groups: Sequence[str]
    """Those of the policy's teams."""
    home: str
    """The own team's, where new test tickets stand; empty: the policy names none."""
    path: str
    """Of its webhooks: ``/v1/shops/SHOP/events/CONNECTOR``, without a secret."""
    base: str
    """The service's public address, without a slash at its end; empty: not known."""
    vault: Vault

    @property
    def http(self) -> HelpdeskHttp:
        """The connector's own client, with its login and its limits."""
        if not isinstance(self.desk, _Reached):
            raise Refused("this connector shows nobody its client")
        return self.desk.http

    @property
    def name(self) -> str:
        """What is made is called so, for one helpdesk may serve several shops."""
        return f"Overflow {self.shop}"

    @property
    def url(self) -> str:
        """Where the helpdesk's webhooks go, without a secret."""
        return f"{self.base or 'https://YOUR-SERVICE'}{self.path}"

    def secret_url(self, name: str) -> str:
        """The same with that secret behind it, or with where it is found."""
        shown = self.vault.shown(name)
        return f"{self.url}/{shown}" if self.vault.is_open else f"{self.url}/ and behind it {shown}"

    def leads_here(self, url: object, secret: str = "") -> bool:
        """Whether a webhook's address is the one that it has to be; any host where none is said."""
        wanted = f"{self.path}/{secret}" if secret else self.path
        if not isinstance(url, str):
            return False
        return url == f"{self.base}{wanted}" if self.base else urlsplit(url).path.endswith(wanted)

    def home_number(self, option: str = "groups") -> int:
        """The number of the own team's group, by that option of the helpdesk."""
        number: int | None = self.options[option].get(self.home)
        if number is None:
            raise Refused(f"helpdesk.options.{option} has no number for inhouse.group: {_NAMED}")
        return number


def groups(site: Site, where: str, listed: Callable[[], Iterable[Numbered]] = tuple) -> Part:
    """Every group that the policy names is there; ``where`` a person makes one, and its number.

    ``listed`` are those that the helpdesk has, with ``id`` and ``name``.
    """

    def look() -> Result:
        known = site.desk.groups()
        if known is None:
            return left_out("this helpdesk lists none; names are taken as the policy has them")
        absent = [group for group in site.groups if group not in known]
        if absent:
            told = ", ".join(
                f"{one.get('name')} {one.get('id')}" for one in islice(listed(), _MOST)
            )
            others = f". The helpdesk has {told}" if told else ""
            return failed(f"not there: {', '.join(absent)}. {where}{others}")
        return there(", ".join(site.groups) or "the policy names none")

    return Part("groups", look)


def secret(site: Site, name: str = "webhook") -> Part:
    """A secret of our own making, that the helpdesk is told."""
    return Part(f"secret `{name}`", lambda: site.vault.look(name), lambda: site.vault.make(name))
