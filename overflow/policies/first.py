"""The policies that a service finds at its start: they make the shops that are not known yet."""

from __future__ import annotations

import redis

from overflow import policies
from overflow.errors import Conflict
from overflow.policies.applied import marked
from overflow.policies.folder import read_folder
from overflow.settings import Settings
from overflow.store.policies import Policies


def apply_new(settings: Settings, client: redis.Redis) -> list[str]:
    """Make the shops of the policies' directory that do not exist yet; a line for each.

    A shop that exists is left as it is: the stored policy wins over the file. Several processes
    may do this at once. Raises ``Invalid`` with the faults of all files before anything is made.
    """
    found = read_folder(settings.policies_dir) if settings.policies_dir else {}
    store = Policies(client)
    said = []
    for shop in sorted(found.keys() - set(store.shops())):
        policy = policies.build(found[shop], shop)
        try:
            version = store.put(shop, marked(found[shop]), policy, 0)
        except Conflict:  # made by somebody else at this moment: that one stands
            continue
        said.append(f"shop {shop} created, version {version}")
    return said
