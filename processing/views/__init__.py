"""The pages of the mind, one file per subject."""
