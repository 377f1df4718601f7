"""A shop on each vendor: the little server, the connector that speaks with it, the flows on top."""

from importlib import import_module

from overflow.core.model import HelpdeskConfig, Words
from overflow.flows.polling import reconcile
from overflow.flows.routing import intake
from overflow.helpdesks import open_helpdesk
from overflow.helpdesks.gate import OPEN
from tests.flows.house import SHOP, House, MovableClock

VENDORS = ("zendesk", "freshdesk", "zammad", "chatwoot", "gorgias")
PATIENCE = 30.0
"""Seconds for a call: nothing hangs, so only a busy machine takes long."""


class World:
    """One vendor's helpdesk, the service, and the wire between them.

    ``real`` is the running helpdesk where the vendor's module drives one.
    """

    def __init__(self, vendor, store_url, store_client, *real):
        self.vendor = import_module(f"tests.helpdesks.vendors.{vendor}_server")
        self.clock = MovableClock()
        self.server = self.vendor.Server(self.clock.now, *real)
        self.desk = self.connected()
        self.house = House(store_url, store_client, self.desk, clock=self.clock)

    def connected(self, gate=OPEN):
        return connect(self.vendor, self.server, self.clock, gate)

    def open(self):
        words = {"reason_field": self.vendor.REASON}
        self.house.open(words=words, **getattr(self.server, "document", {}))

    def named(self, group):
        """What the helpdesk calls one of the suite's groups: shop, near, far and vip."""
        return getattr(self.server, "names", {}).get(group, group)

    def deliver(self, *hooks):
        """Hand webhooks to the service; all that have not been fetched yet where none is given."""
        for hook in hooks or self.take():
            headers = dict(hook.headers)
            intake.receive(self.house.services, SHOP, "standard", hook.token, headers, hook.body)

    def take(self):
        return self.server.take()

    def arrive(self, **facts):
        number = self.server.create(**facts)
        self.deliver()
        return number

    def arrivals(self, count):
        return [self.settled(self.arrive()) for _ in range(count)]

    def settled(self, number):
        """With what was marked to be read read, so that the next one is decided after it."""
        from tests.flows.test_sync import settle

        settle(self.house)
        return number

    def poll(self):
        while not reconcile.poll(self.house.services, SHOP).is_whole:
            pass

    def record(self, number):
        return self.house.record(number)

    def close(self):
        self.desk.close()
        self.server.close()
        self.house.queue.close()


def connect(vendor, server, clock, gate=OPEN, **options):
    """The connector of a vendor's module."""
    own = getattr(server, "options", None) or vendor.OPTIONS
    given = {"url": server.url, "timeout": PATIENCE, **own, **options}
    token = getattr(server, "token", None) or vendor.TOKEN
    secrets = {"token": (token,), "webhook": ("old", vendor.SECRET)}
    config = HelpdeskConfig(vendor.CONNECTOR, given, secrets)
    return open_helpdesk(config, Words(reason_field=vendor.REASON), str, clock, gate)
