"""From a trained network to the files that the app reads."""
