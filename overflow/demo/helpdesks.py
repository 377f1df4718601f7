"""The helpdesks that the peak can be played against: how each is started and reached."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from overflow.clock import new_id
from overflow.demo import django_desk
from overflow.demo.desks import Desk, SandboxDesk
from overflow.demo.django_people import AGENTS, SERVICE, DjangoPeople
from overflow.demo.shop import GROUPS, SHOP
from overflow.serve.supervisor import Program
from overflow.settings import environment

MOST_AGENTS: Final = 500
INSTALLED: Final = Path(".overflow") / "django-helpdesk"
"""Where django-helpdesk is installed, for every play to come."""


@dataclass(frozen=True, slots=True)
class Helpdesk:
    """One that runs, or that the stage is about to start."""

    programs: tuple[Program, ...]
    """To be kept alive by the stage."""
    section: Mapping[str, Any]
    """The policy's ``helpdesk``."""
    agents: Sequence[str]
    """The shop's agents, as it calls them."""
    secrets: Mapping[str, str]
    """Variables that the policy refers to."""
    open: Callable[[], Desk]
    """As its people use it, for one thread."""
    beat: float = 0.25
    """Seconds between two looks of its people."""
    words: Mapping[str, str] = field(default_factory=dict)
    """More of the policy's ``words``."""
    stop: Callable[[], None] = lambda: None
    """Ends what no program of the stage is."""


def sandbox(folder: Path, port: int, service: str) -> Helpdesk:
    """The sandbox on that port, whose webhooks go to the service at that address."""
    name, secret = "DEMO_WEBHOOK_SECRET", f"whsec_{_random()}"
    base = f"http://127.0.0.1:{port}"
    groups = [word for group in GROUPS.values() for word in ("--group", group)]
    command = (
        sys.executable,
        *("-m", "overflow.demo.sandbox", "--port", str(port), "--secret-env", name),
        *("--webhook-url", f"{service}/v1/shops/{SHOP}/events/standard", *groups),
    )
    return Helpdesk(
        programs=(
            Program(
                "helpdesk",
                command,
                environment(**{name: secret}),
                grace=5.0,
                output=folder / "helpdesk.log",
            ),
        ),
        agents=[f"agent-{n + 1}" for n in range(MOST_AGENTS)],
        section={
            "connector": "standard",
            "options": {"url": f"{base}/api"},
            "secrets": {"webhook": [f"env:{name}"]},
        },
        secrets={name: secret},
        open=lambda: SandboxDesk(base),
    )


def _random() -> str:
    return base64.b64encode(new_id(24).encode()).decode()


def django_helpdesk(folder: Path, port: int, service: str) -> Helpdesk:
    """A real django-helpdesk, installed the first time that it is asked for."""
    desk = django_desk.start(folder / "helpdesk", port, environment=INSTALLED.resolve())
    token = new_id(24)
    webhook = f"{service}/v1/shops/{SHOP}/events/django_helpdesk/{token}"
    desk.post_webhooks_to(webhook)
    numbers = (desk.queue_ids[name] for name in ("inhouse", "partner", "partner-two"))
    queues = dict(zip(GROUPS.values(), numbers, strict=True))
    return Helpdesk(
        programs=(),
        agents=[str(desk.user_ids[login]) for login in AGENTS],
        section={
            "connector": "django_helpdesk",
            "options": {"url": desk.base_url, "queues": queues},
            "secrets": {"token": ["env:DEMO_DESK_TOKEN"], "webhook": ["env:DEMO_WEBHOOK_TOKEN"]},
        },
        secrets={"DEMO_DESK_TOKEN": desk.tokens[SERVICE], "DEMO_WEBHOOK_TOKEN": token},
        open=lambda: DjangoPeople(desk, queues, webhook),
        beat=1.0,
        words={"reason_field": "overflow_reason"},
        stop=desk.stop,
    )


HELPDESKS: Final[Mapping[str, Callable[[Path, int, str], Helpdesk]]] = {
    "sandbox": sandbox,
    "django-helpdesk": django_helpdesk,
}
"""Name -> how it is made: in a directory, on a port, for the service at an address."""
TICKETS: Final = 300
"""Customers who write in a minute: about as many as django-helpdesk bears on one core."""
