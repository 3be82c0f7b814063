"""What the simulated API has: one module per command group, and what they share."""
