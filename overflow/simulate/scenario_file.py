"""Reads scenario files: every fault of a file at once, each with its path.

A file is JSON: a list of scenarios, or an object with ``scenarios`` (and ``time_unit`` minute).
Their fields are those of ``docs/simulation.md``. Fields that are not known are ignored, and named
by ``unknown_fields``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from marshmallow import ValidationError

from overflow.errors import BadInput, Invalid, by_path
from overflow.simulate.scenario import Belief, Law, Scenario, Stated
from overflow.simulate.scenario_schema import ScenarioSchema

Json = Mapping[str, Any]

_SCHEMA: Final = ScenarioSchema()


def read_scenarios(file: Path) -> list[Scenario]:
    """All scenarios of a file, in its order.

    Raises ``BadInput`` where the file cannot be read or is no JSON, and ``Invalid`` with every
    fault, by ``NAME.FIELD`` (``#3.FIELD`` for the third, if it has no name).
    """
    documents = _documents(file)
    faults: dict[str, list[str]] = {}
    scenarios, names = [], set()
    for place, document in enumerate(documents, 1):
        where = _named(document, place)
        if where in names:
            faults[f"{where}.name"] = ["is there twice: give each scenario its own"]
        names.add(where)
        try:
            scenarios.append(build(document))
        except ValidationError as error:
            faults |= by_path(error.messages, where)
    if faults:
        raise Invalid(f"{file.name} has faults", faults)
    return scenarios


def build(document: Any) -> Scenario:  # noqa: ANN401  whatever JSON holds
    """One scenario of its JSON. Raises ``ValidationError`` with all its faults."""
    given: dict[str, Any] = _SCHEMA.load(document)
    belief = Belief(
        forecast=given.pop("forecast", None),
        roster=given.pop("roster_plan", None),
        handle_time=given.pop("aht_config", None),
        patience=given.pop("patience_config", None),
    )
    service = Law(given.pop("service", "exp"), given.pop("service_cv", 1.0))
    patience = Law(given.pop("patience", "exp"), given.pop("patience_cv", 1.0))
    stated = Stated(
        given.pop("optimum_eur", None),
        given.pop("never_overflow_ratio", None),
        given.pop("best_fixed_threshold", None),
        given.pop("best_fixed_threshold_ratio", None),
    )
    return Scenario(**given, service=service, patience=patience, belief=belief, stated=stated)


def unknown_fields(file: Path) -> list[str]:
    """Fields of the file that are not read, as ``NAME.FIELD``."""
    known = {field.data_key or name for name, field in _SCHEMA.fields.items()}
    return [
        f"{_named(document, place)}.{name}"
        for place, document in enumerate(_documents(file), 1)
        if isinstance(document, dict)
        for name in document
        if name not in known
    ]


def _documents(file: Path) -> list[object]:
    try:
        found = orjson.loads(file.read_bytes())
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{file}: is not JSON: {error}") from None
    if isinstance(found, dict):
        unit = found.get("time_unit", "minute")
        if unit != "minute":
            raise BadInput(f"{file}: time_unit is {unit!r}: give times in minutes")
        found = found.get("scenarios")
    if not isinstance(found, list) or not found:
        raise BadInput(f"{file}: holds no scenarios: a list, or an object with `scenarios`")
    return found


def _named(document: object, place: int) -> str:
    name = document.get("name") if isinstance(document, dict) else None
    return name if isinstance(name, str) and name else f"#{place}"
