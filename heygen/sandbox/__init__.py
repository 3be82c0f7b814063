"""The simulated HeyGen API: every operation, offline, on loopback."""
