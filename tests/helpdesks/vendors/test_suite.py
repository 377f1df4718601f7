"""The common suite, for every vendor."""

from tests.helpdesks.vendors.suite import *  # noqa: F403
