"""Connected accounts by HTTP, for programs."""
