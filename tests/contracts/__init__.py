"""One suite for all networks.

A network joins by `tests/contracts/<provider>.py` with its `SUBJECT` (`frame.Subject`), and by
`tests/fixtures/<provider>/*.jsonl`: one document a line, as it comes in a webhook, in a page of
polling or as an answer; the fuzzer takes every line for each of them.
"""
