"""The common suite on a helpdesk that a file describes, with webhooks and by polling alone."""

from tests.helpdesks.vendors.suite import *  # noqa: F403
