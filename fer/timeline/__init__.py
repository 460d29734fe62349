"""The tidy timeline and what follows from it: smoothing, summary, sentences, report."""
