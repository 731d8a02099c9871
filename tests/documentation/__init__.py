"""What is written for people says the same as the product."""
