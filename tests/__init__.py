"""Tests, laid out as the tree they test; plus the architecture, the deployment and end to end."""
