"""What `fuzz.py` is made of: cases at random, and what must hold of each."""
