"""A person's move wins over a write that had to wait, on little servers of every vendor."""

from tests.helpdesks.vendors.suite_held import *  # noqa: F403
from tests.helpdesks.vendors.worlds import VENDORS

HELPDESKS = VENDORS
