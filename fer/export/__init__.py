"""Results as files: CSV, JSON and the HTML report."""
