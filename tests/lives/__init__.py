"""The lives of the sandbox's resources, by what they are about."""
