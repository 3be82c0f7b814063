"""What import_openapi.py is made of: reading, merging, comparing and writing API descriptions."""
