"""The services of a test: everything real."""

from overflow.clock import SystemClock
from overflow.flows.book import PolicyBook
from overflow.flows.desks import Desks
from overflow.flows.services import Services
from overflow.jobs import Jobs
from overflow.jobs import connect as connect_jobs
from overflow.settings import resolve_secret
from overflow.store.connect import connect
from overflow.store.journal import Journal
from overflow.store.keyring import Keyring
from overflow.store.leases import Leases
from overflow.store.marks import Marks
from overflow.store.policies import Policies
from overflow.store.progress import Progress
from overflow.store.requests import Requests
from overflow.store.situations import Situations
from overflow.store.tallies import Tallies
from overflow.store.tickets import Tickets
from overflow.store.upkeep import Upkeep


def services_for(settings):
    client = connect(settings.store_url)
    clock = SystemClock()
    situations = Situations(client)
    policies = Policies(client)
    return Services(
        settings=settings,
        clock=clock,
        redis=client,
        tickets=Tickets(client, situations),
        situations=situations,
        policies=policies,
        journal=Journal(client),
        marks=Marks(client),
        leases=Leases(client),
        tallies=Tallies(client),
        keyring=Keyring(client),
        requests=Requests(client),
        progress=Progress(client),
        upkeep=Upkeep(client),
        book=PolicyBook(policies, clock),
        desks=Desks.resolving(resolve_secret, clock),
        jobs=Jobs(connect_jobs(settings.store_url), clock),
    )
