"""What comes in is decided and committed."""
