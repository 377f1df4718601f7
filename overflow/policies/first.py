"""The policies that a service finds at its start: they make the shops that are not known yet."""

from __future__ import annotations

from typing import NamedTuple

import redis

from overflow import policies
from overflow.errors import Conflict, Invalid
from overflow.policies.applied import marked
from overflow.policies.folder import read_folder
from overflow.settings import Settings
from overflow.store.journal import Journal
from overflow.store.policies import Policies


class Applied(NamedTuple):
    """A line for each."""

    left_out: list[str]
    """Files with faults."""
    created: list[str]
    """Shops."""


def apply_new(settings: Settings, client: redis.Redis) -> Applied:
    """Make the shops of the policies' directory that do not exist yet.

    A shop that exists is left as it is: the stored policy wins over the file. Several processes
    may do this at once. Where shops are served, a file with faults keeps nobody from serving them:
    its faults are told. Else it raises ``Invalid`` with those of all files, and makes nothing.
    """
    if settings.policies_dir is None:
        return Applied([], [])
    found, faults = read_folder(settings.policies_dir)
    store, journal = Policies(client), Journal(client)
    known = set(store.shops())
    if faults and not known:
        raise Invalid(f"the policies in {settings.policies_dir} have faults", faults)
    left_out = [f"left out: {name} {text}" for name, texts in faults.items() for text in texts]
    created = []
    for shop in sorted(found.keys() - known):
        policy = policies.build(found[shop], shop)
        try:
            version = store.put(shop, marked(found[shop]), policy, 0)
        except Conflict:  # made by somebody else at this moment: that one stands
            continue
        journal.append(shop, "policy", {"version": version, "origin": "file"})
        created.append(f"shop {shop} created, version {version}")
    return Applied(left_out, created)
