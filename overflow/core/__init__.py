"""The pure core: plain data in, a decision out. No framework, no store, no clock, no chance."""
