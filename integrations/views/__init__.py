"""The pages of tools and outgoing webhooks."""
