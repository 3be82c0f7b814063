"""Anonymous usage analytics: which commands are run and how they end, never what is in them. Opt-out, never in the way."""
