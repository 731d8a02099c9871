"""A day of a hundred thousand workspaces: on paper, and in PostgreSQL."""
