"""Outgoing webhooks (Standard Webhooks 1.0): who is told, what, how often, and what came of it."""
