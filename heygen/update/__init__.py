"""Replacing this program by another release of itself."""
