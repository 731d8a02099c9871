"""How the pipeline behaves as tables grow; see README.md beside this folder."""
