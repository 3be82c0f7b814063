"""From argv to a command and its exit code: the tree, its reader, help, topics and completion."""
