"""The built-in sample: a drawn clip whose expressions are known."""
