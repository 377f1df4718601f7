"""A shop on each little vendor, whose account can be administered, and its set-up."""

from importlib import import_module

from overflow import policies
from overflow.clock import SystemClock
from overflow.helpdesks import open_helpdesk
from overflow.helpdesks.setup import Vault, setup_of
from overflow.settings import resolve_secret
from tests.flows.house import document

VENDORS = ("zendesk", "freshdesk", "zammad", "chatwoot", "gorgias")
BASE = "https://overflow.shop.example"


class Site:
    """One vendor's account, and the shop that is to be connected with it.

    Its secrets are files: the token's is there, that of webhooks is to be made.
    """

    def __init__(self, vendor, folder, **words):
        self.server_module = import_module(f"tests.helpdesks.vendors.{vendor}_server")
        self.account = import_module(f"tests.helpdesks.vendors.{vendor}_admin").Account(
            SystemClock().now
        )
        self.vendor, self.folder = vendor, folder
        self.desks = []
        given = {"reason_field": self.server_module.REASON, **words}
        self.words = {name: word for name, word in given.items() if word is not None}
        (folder / "token").write_text(self.server_module.TOKEN)
        boundless = {"limit": {"requests": 1000, "seconds": 1}}
        self.options = {"url": self.account.url, **self.server_module.OPTIONS, **boundless}
        self.webhook = f"file:{folder / 'webhook'}"

    @property
    def path(self):
        return f"/v1/shops/{self.vendor}/events/{self.vendor}"

    @property
    def secret(self):
        return (self.folder / "webhook").read_text().strip()

    def document(self, **changes):
        section = {
            "connector": self.vendor,
            "options": self.options,
            "secrets": {"token": f"file:{self.folder / 'token'}", "webhook": self.webhook},
        }
        return document(helpdesk=section, words=self.words, **changes)

    def setup(self, base=BASE, shop=None, changes=None, **how):
        """Made anew each time, as by another run of the command."""
        policy = policies.build(self.document(**(changes or {})), shop or self.vendor)
        vault = Vault(policy.helpdesk.secrets, resolve_secret, **how)
        desk = open_helpdesk(policy.helpdesk, policy.words, resolve_secret, SystemClock())
        self.desks.append(desk)
        return setup_of(policy, desk, vault, base)

    def changes(self):
        """What was asked to be changed so far."""
        return self.account.calls("POST", "PUT", "PATCH", "DELETE")

    def close(self):
        for desk in self.desks:
            desk.close()
        self.account.close()
