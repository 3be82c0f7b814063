"""Hand-written commands, one module each."""
