"""How a policy document is put together: sections, lists and tables of named things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from overflow.policies.values import MESSAGES, Value, meant

_MOST_OTHERS: Final = 20
"""Unknown fields that are named one by one; looking for what was meant takes time."""


class Section(Schema):
    """A mapping whose fields are known; any other is a fault."""

    error_messages = {"type": "must be a mapping of fields to values"}  # noqa: RUF012

    class Meta:
        """Unknown fields are refused below, with what may have been meant."""

        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _no_other_fields(self, _data: object, original: object, **_kwargs: object) -> None:
        if not isinstance(original, Mapping):
            return
        others = [key for key in original if key not in self.fields]
        faults = {
            str(key): [f"is no field here{meant(key, self.fields)}"]
            for key in others[:_MOST_OTHERS]
        }
        if len(others) > _MOST_OTHERS:
            faults["_schema"] = [f"has {len(others) - _MOST_OTHERS} more fields that are none here"]
        if faults:
            raise ValidationError(faults)


class Part(fields.Nested):
    """A section within a section.

    A single value stands for the section's field ``short``: ``target: 4h`` for
    ``target: {time: 4h}``. Where the part can be switched off, ``off`` does that like null.
    """

    def __init__(
        self,
        section: type[Section],
        about: str = "",
        *,
        short: str = "",
        can_be_off: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            section,
            metadata={"about": about},
            error_messages={**MESSAGES},
            allow_none=can_be_off,
            **kwargs,
        )
        self.section, self.short, self.can_be_off = section, short, can_be_off

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if self.can_be_off and value == "off":
            value = None
        elif self.short and isinstance(value, str | int | float):
            value = {self.short: value}
        return super().deserialize(value, *args, **kwargs)


class Items(fields.List[Any]):
    """A list of values or sections."""

    def __init__(
        self,
        inner: fields.Field[Any],
        about: str = "",
        *,
        least: int = 0,
        most: int = 100,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            inner,
            metadata={"about": about},
            error_messages={**MESSAGES, "invalid": "must be a list"},
            **kwargs,
        )
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if not self.least <= len(value) <= self.most:
            raise ValidationError(f"must have {self.least} to {self.most} entries")
        return super()._deserialize(value, *args, **kwargs)


class Table(fields.Dict):
    """Things by their name."""

    def __init__(
        self,
        keys: Value[str],
        values: fields.Field[Any],
        about: str = "",
        *,
        least: int = 0,
        most: int = 100,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            keys,
            values,
            metadata={"about": about},
            error_messages={**MESSAGES, "invalid": "must be a mapping of names to values"},
            **kwargs,
        )
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        if isinstance(value, Mapping) and not self.least <= len(value) <= self.most:
            raise ValidationError(f"must have {self.least} to {self.most} entries")
        try:
            found = super()._deserialize(value, *args, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            raise ValidationError(_by_name(error.messages), valid_data=error.valid_data) from None
        return cast("dict[Any, Any]", found)


def _by_name(messages: Any) -> Any:
    """Without the level that tells keys from values: the path names the thing itself."""
    if not isinstance(messages, Mapping):
        return messages
    return {name: inner.get("key", inner.get("value")) for name, inner in messages.items()}
