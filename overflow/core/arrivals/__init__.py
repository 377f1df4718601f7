"""What is expected to arrive: the usual, what was uploaded, peaks and signals on top."""
