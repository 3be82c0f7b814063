"""heygen: a command-line client for the HeyGen v3 API, in the standard library alone."""

__version__ = "1.0.0"
