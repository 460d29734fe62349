"""Measurements beside `fer.benchmark`: one file for each, and the file that they are kept in."""
