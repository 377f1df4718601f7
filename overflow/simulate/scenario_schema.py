"""What a scenario's JSON may say. The field names of the file stand in ``data_key``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from overflow.simulate.told import Points, Steps

_POSITIVE: Final = Range(min=0, min_inclusive=False, error="must be above 0")
_NOT_NEGATIVE: Final = Range(min=0, error="must be 0 or more")
_LAWS: Final = OneOf(["exp", "lognormal"], error="must be exp or lognormal")
_NEEDED: Final[Any] = {"required": True, "error_messages": {"required": "is missing"}}
_NULL_SAYS: Final = "patience_config"
"""The one field where null is a value: a patience without end."""
_PAIR: Final = 2


class _Number(fields.Float):
    """A finite number, not a text that looks like one."""

    def _deserialize(self, value: object, *_: object, **__: object) -> float:
        return _number(value)


class _Whole(fields.Integer):
    """A whole number: 3 and 3.0, but no part of one and no text."""

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        if not _number(value).is_integer():
            raise ValidationError("must be a whole number")
        return int(_number(value))


class _Pairs(fields.Field[tuple[tuple[float, float], ...]]):
    """[[time, value], ...] in the order of time, from values that are 0 or more."""

    def _deserialize(self, value: object, *_: object, **__: object) -> Any:  # noqa: ANN401
        if not isinstance(value, list) or not value:
            raise ValidationError("must be a list of [time, value], at least one")
        pairs = [_pair(entry) for entry in value]
        if any(one[0] > other[0] for one, other in pairwise(pairs)):
            raise ValidationError("must be in the order of time")
        if pairs[0][0] < 0:
            raise ValidationError("times must be 0 or more")
        return self.read(pairs)

    def read(self, pairs: list[tuple[float, float]]) -> Points:
        return tuple(pairs)


class _Roster(_Pairs):
    """[[from, agents], ...], the first from 0 on."""

    def read(self, pairs: list[tuple[float, float]]) -> Steps:
        if pairs[0][0] != 0:
            raise ValidationError("must begin at 0")
        if any(agents != int(agents) for _, agents in pairs):
            raise ValidationError("agents must be whole numbers")
        return tuple((start, int(agents)) for start, agents in pairs)


class _Patience(_Number):
    """Mean minutes; null and 0 stand for a patience without end."""

    def _deserialize(self, value: object, *_: object, **__: object) -> float:
        return math.inf if value is None or value == 0 else _number(value)


class ScenarioSchema(Schema):
    """One scenario; gives the arguments of ``Scenario`` and those of its parts."""

    class Meta:
        """Fields that are not known are named by ``scenario_file.unknown_fields``."""

        unknown = EXCLUDE

    error_messages = {"type": "must be an object, one scenario"}  # noqa: RUF012  as marshmallow has it

    @pre_load
    def _what_is_null_is_not_said(self, data: object, **_: object) -> object:
        if not isinstance(data, Mapping):
            return data
        return {name: v for name, v in data.items() if v is not None or name == _NULL_SAYS}

    name = fields.String(**_NEEDED, validate=Length(min=1, error="must not be empty"))
    channel = fields.String()
    note = fields.String()
    horizon = _Number(**_NEEDED, data_key="H", validate=_POSITIVE)
    roster = _Roster(**_NEEDED)
    concurrency = _Whole(
        load_default=1, data_key="conc", validate=Range(min=1, error="must be 1 or more")
    )
    handle_time = _Number(**_NEEDED, data_key="aht", validate=_POSITIVE)
    theta = _Number(**_NEEDED, validate=_NOT_NEGATIVE)
    target = _Number(**_NEEDED, data_key="T", validate=_NOT_NEGATIVE)
    rate = _Pairs(**_NEEDED, data_key="lam")
    breach = _Number(**_NEEDED, data_key="p", validate=_NOT_NEGATIVE)
    lost = _Number(**_NEEDED, data_key="a", validate=_NOT_NEGATIVE)
    overflow = _Number(**_NEEDED, data_key="c_o", validate=_NOT_NEGATIVE)
    kept = _Number(**_NEEDED, data_key="c_i", validate=_NOT_NEGATIVE)
    end = fields.String(validate=OneOf(["drain", "close"], error="must be drain or close"))
    n0 = _Whole(validate=_NOT_NEGATIVE)
    batch0 = _Whole(validate=_NOT_NEGATIVE)
    service = fields.String(validate=_LAWS)
    service_cv = _Number(validate=_POSITIVE)
    patience = fields.String(validate=_LAWS)
    patience_cv = _Number(validate=_POSITIVE)
    partner_slots = _Whole(validate=_NOT_NEGATIVE)
    partner_handle = _Number(data_key="partner_aht", validate=_POSITIVE)
    partner_wait = _Number(validate=_NOT_NEGATIVE)
    late_wait = _Number(validate=_NOT_NEGATIVE)
    forecast = _Pairs()
    roster_plan = _Roster()
    aht_config = _Number(validate=_POSITIVE)
    patience_config = _Patience(allow_none=True, validate=_POSITIVE)
    optimum_eur = _Number()
    never_overflow_ratio = _Number()
    best_fixed_threshold = _Whole()
    best_fixed_threshold_ratio = _Number()

    @validates_schema(skip_on_field_errors=False)
    def _belongs_together(self, data: Mapping[str, Any], **_: object) -> None:
        faults = dict(_incomplete(data))
        if faults:
            raise ValidationError(faults)


def _incomplete(data: Mapping[str, Any]) -> Iterable[tuple[str, list[str]]]:
    for law in ("service", "patience"):
        if data.get(law) == "lognormal" and f"{law}_cv" not in data:
            yield f"{law}_cv", [f"is missing: {law} is lognormal, so say how widely it spreads"]
    if data.get("partner_slots") is not None and data.get("partner_handle") is None:
        yield "partner_aht", ["is missing: the partner has slots, so say how long it takes"]
    roster = data.get("roster")
    if _waits_for_ever(data) and roster and roster[-1][1] == 0:
        yield "roster", ["must end with an agent, for the day ends when nobody waits (end: drain)"]


def _waits_for_ever(data: Mapping[str, Any]) -> bool:
    return data.get("end", "drain") == "drain" and data.get("theta") == 0


def _pair(entry: object) -> tuple[float, float]:
    if not isinstance(entry, list) or len(entry) != _PAIR:
        raise ValidationError("must be a list of [time, value]")
    time, value = _number(entry[0]), _number(entry[1])
    if value < 0:
        raise ValidationError("values must be 0 or more")
    return time, value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValidationError("must be a number")
    return float(value)
