"""What agents and the shop's people do and declare."""
