"""A Model Context Protocol server over standard input and output: the API as tools, resources and prompts for agents."""
