"""The common suite, for every vendor, on little servers as strict as theirs."""

from tests.helpdesks.vendors.suite import *  # noqa: F403
from tests.helpdesks.vendors.suite_many import *  # noqa: F403
from tests.helpdesks.vendors.worlds import VENDORS

HELPDESKS = VENDORS
