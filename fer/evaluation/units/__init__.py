"""What the Action Units are worth, and how their population's statistics are fitted."""
