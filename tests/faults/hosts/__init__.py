"""Two worker hosts on one machine: network namespaces, a router between them, roads to cut."""
