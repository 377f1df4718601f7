"""What customers and agents write passes through, and stays in the helpdesk."""

from overflow.flows.people import work
from overflow.flows.people.work import By
from tests.flows.house import SHOP
from tests.flows.test_sync import settle
from tests.helpdesks.vendors.worlds import VENDORS

HELPDESKS = VENDORS
AMY = By("near", "amy")
CANARY = "Kanarienvogel"


def test_what_is_said_on_a_ticket_is_neither_stored_nor_logged(world, capfd):
    away = world.arrivals(4)[-1]
    services = world.house.services
    work.note(services, SHOP, away, AMY, text=f"{CANARY} among us", key="k1")
    work.reply(services, SHOP, away, AMY, text=f"{CANARY} to the customer", key="k2")
    world.deliver()
    world.poll()
    settle(world.house)

    assert any(CANARY in note for note in world.server.shown(away).notes)
    assert CANARY not in "".join(capfd.readouterr())
    held = stored(services.redis)
    assert str(away) in held
    assert CANARY not in held


def stored(client):
    """All that the store holds, as one text."""
    reads = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"list": lambda key: client.lrange(key, 0, -1),
        b"stream": client.xrange,
    }
    return " ".join(str(reads[client.type(key)](key)) for key in client.scan_iter())
