"""Shell completion: static scripts, made from the command tree."""
