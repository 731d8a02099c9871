"""What operators see first: one read of how everything is, for the admin and for Prometheus."""
