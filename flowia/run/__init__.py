"""Running Flow IA on one machine: what `manage.py up` does, one step a file.

`conductor` names the steps in order; nothing here knows the product.
"""
