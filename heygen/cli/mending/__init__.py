"""Mending: what a command line with words or flags that we do not have was meant to be."""
