"""Hand-written commands, one module each, and the one that runs any API operation."""
