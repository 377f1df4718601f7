"""The notes that tell why a ticket moved, in the language of those who read them."""
