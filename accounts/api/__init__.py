"""Who, by HTTP: the doors, the person, the workspace and its members."""
