"""The switches that make the sandbox misbehave, each as real helpdesks were seen to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass(slots=True)
class Faults:
    """A number counts down to 0, once for each time the fault strikes."""

    latency: float = 0.0
    """Seconds that each call of the service takes."""
    outage: bool = False
    """Calls of the service are hung up on; people go on working."""
    only: str = ""
    """The next four strike only what begins so: an event's type, or ``GET``."""
    fail_next: int = 0
    """Calls answered with ``fail_status``, without effect."""
    ignore_next: int = 0
    """Writes answered with 200, without effect."""
    lose_answers: int = 0
    """Writes that take effect and are then hung up on."""
    fail_status: int = 500
    retry_after: str = ""
    """The header sent along with ``fail_status``: seconds or a date; empty: none."""
    compares_versions: bool = True
    """A write made from an older version is answered with 412; False: the last write wins."""
    skew: float = 0.0
    """Seconds that the helpdesk's clock is ahead in whatever it says of its tickets."""
    webhooks: bool = True
    """False: all are lost, as long as it is so."""
    lose_webhooks: int = 0
    duplicate_webhooks: int = 0
    """Webhooks sent twice under one id and once more under another."""
    reorder_webhooks: int = 0
    """So many are held back and then sent last first."""

    def takes(self, name: str) -> bool:
        """Whether the fault strikes now; counts it."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0

    def strikes(self, name: str, kind: str) -> bool:
        """The same for a fault that may be limited to a kind of call."""
        return kind.startswith(self.only) and self.takes(name)

    def change(self, values: Mapping[str, object]) -> None:
        """Set what is named. Raises ``ValueError`` for a name or type that is none."""
        for field in fields(self):
            if field.name in values:
                present = getattr(self, field.name)
                setattr(self, field.name, _as(type(present), values[field.name]))
        if unknown := values.keys() - asdict(self).keys():
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")


def _as(kind: type, value: object) -> object:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value
