"""`heygen skill`: x."""
from heygen.cli.command import Command
COMMAND = Command(description="x")
