"""The mind by HTTP: conversations, messages, the ledger and leads."""
