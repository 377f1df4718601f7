"""The helpdesks that the peak can be played against: how each is started and reached."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from overflow.clock import new_id
from overflow.demo.desks import Desk, SandboxDesk
from overflow.demo.shop import GROUPS, SHOP
from overflow.serve.supervisor import Program
from overflow.settings import environment


@dataclass(frozen=True, slots=True)
class Helpdesk:
    """One that is about to be started."""

    program: Program
    section: Mapping[str, Any]
    """The policy's ``helpdesk``."""
    secrets: Mapping[str, str]
    """Variables that the policy refers to."""
    open: Callable[[], Desk]
    """As its people use it, for one thread."""
    pace: float = 1.0
    """How many tickets it can bear, compared with the sandbox."""


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
        program=Program(
            "helpdesk",
            command,
            environment(**{name: secret}),
            grace=5.0,
            output=folder / "helpdesk.log",
        ),
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


HELPDESKS: Final[Mapping[str, Callable[[Path, int, str], Helpdesk]]] = {"sandbox": sandbox}
"""Name -> how it is made."""
