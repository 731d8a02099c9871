"""An hour at half of what the product can do: does anything grow?"""
