"""What could keep this program from working on this machine, found before it does."""
