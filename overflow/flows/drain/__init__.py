"""What stands in the store is made to stand in the helpdesk, and read back."""
