"""The stand-in's database: SQLite, whose writers come one after another in order of arrival."""
