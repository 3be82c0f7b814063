"""Settings: each one's value and where it comes from, and the file that keeps them."""
