"""What a customer's own program would be: it takes outgoing webhooks in, and looks at them."""
