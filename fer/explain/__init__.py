"""Why this answer: where the network looked, by two methods that know nothing of each other."""
