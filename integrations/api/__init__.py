"""Tools and outgoing webhooks by HTTP, for programs."""
