"""What a policy would do, before it does it."""
