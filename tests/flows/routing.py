"""Short ways to say what happens in these tests."""

from overflow.flows.routing import intake
from tests.flows.fake_desk import TOKEN
from tests.flows.house import SHOP


def receive(house, body, token=TOKEN, connector="standard", shop=SHOP):
    return intake.receive(house.services, shop, connector, token, {}, body)


def arrive(house, desk, ticket_id, **facts):
    """A new ticket and its webhook."""
    desk.create(ticket_id, **facts)
    return receive(house, desk.webhook(ticket_id, is_new=True, delivery=f"d-{ticket_id}"))


def arrivals(house, desk, count, start=1, **facts):
    return [arrive(house, desk, str(n), **facts) for n in range(start, start + count)]


def heard(house, desk, ticket_id, **facts):
    """Somebody changes a ticket in the helpdesk, and its webhook comes."""
    desk.touch(ticket_id, **facts)
    return receive(house, desk.webhook(ticket_id))
