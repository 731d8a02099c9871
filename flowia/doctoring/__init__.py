"""What is wrong with a deployment, in sentences: `manage.py doctor`."""
