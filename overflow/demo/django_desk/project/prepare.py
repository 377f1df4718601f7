"""Makes and seeds the helpdesk's database in the working directory.

Prints one JSON object: tokens and user ids by login, queue ids by name.
"""

# mypy: ignore-errors
# ruff: noqa: INP001  a script, run by the Python of another environment
from __future__ import annotations

import json
import os

CHANNELS = [
    *("phone", "email", "form", "chat", "video"),
    *("whatsapp", "messenger", "facebook", "instagram", "x"),
]
QUEUES = ("inhouse", "partner", "partner-two")
USERS = {
    "svc-overflow": QUEUES,
    "agent-in": ("inhouse",),
    "agent-in2": ("inhouse",),
    "agent-pt": ("partner",),
    "agent-pt2": ("partner",),
}
FIELDS = ("channel", "language", "topic", "order_number", "overflow_reason", "tags")


def prepare() -> dict[str, dict[str, object]]:
    """Migrate, then make queues, custom fields and users with a token each."""
    import django  # noqa: PLC0415  it is there only in this environment

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    queues = {name: _queue(name) for name in QUEUES}
    for place, name in enumerate(FIELDS):
        _field(place, name)
    users = {login: _user(login, [queues[name] for name in USERS[login]]) for login in USERS}
    users["root"] = _user("root", [], is_superuser=True)
    return {
        "tokens": {login: _token(user) for login, user in users.items()},
        "user_ids": {login: user.pk for login, user in users.items()},
        "queue_ids": {name: queue.pk for name, queue in queues.items()},
    }


def _queue(name: str):  # noqa: ANN202  a model that is not known where this is checked
    from helpdesk.models import Queue  # noqa: PLC0415

    address = f"{name}@shop.example"
    return Queue.objects.get_or_create(
        slug=name, defaults={"title": name, "email_address": address}
    )[0]


def _field(place: int, name: str) -> None:
    from helpdesk.models import CustomField  # noqa: PLC0415

    is_list = name == "channel"
    CustomField.objects.get_or_create(
        name=name,
        defaults={
            "label": name,
            "ordering": place,
            "required": False,
            "staff_only": name in {"overflow_reason", "tags"},
            "data_type": "list" if is_list else "varchar",
            "max_length": None if is_list else 200,
            "list_values": "\n".join(CHANNELS) if is_list else None,
            "empty_selection_list": True,
        },
    )


def _user(login: str, queues: list, **facts: object):  # noqa: ANN202
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.contrib.auth.models import Permission  # noqa: PLC0415

    user, is_new = get_user_model().objects.get_or_create(
        username=login, defaults={"email": f"{login}@shop.example", "is_staff": True, **facts}
    )
    if is_new:
        user.set_password(f"pw-{login}-1")
        user.save()
    for queue in queues:
        codename = queue.permission_name.split(".")[-1]
        user.user_permissions.add(Permission.objects.get(codename=codename))
    return user


def _token(user) -> str:  # noqa: ANN001
    from rest_framework.authtoken.models import Token  # noqa: PLC0415

    return Token.objects.get_or_create(user=user)[0].key


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "desk.settings"  # noqa: TID251  Django asks for it
    print(json.dumps(prepare()))  # noqa: T201
