"""What everything stands on: errors, records, and all that comes from outside the program."""
