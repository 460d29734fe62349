"""What a batch does at scale and when things go wrong: see `python -m tests.bench.scale --help`."""
