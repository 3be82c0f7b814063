"""The one error that ends an import."""

from __future__ import annotations


class ImportProblem(Exception):
    """A description that cannot be imported; the text says why and what to do."""
