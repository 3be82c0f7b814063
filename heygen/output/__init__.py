"""Output: results on stdout, everything else on stderr, as JSON or for people."""
