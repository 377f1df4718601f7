"""The common suite, on a real Request Tracker."""

import pytest

from tests.helpdesks.vendors.suite import *  # noqa: F403

HELPDESKS = ("rt",)
pytestmark = pytest.mark.slow
