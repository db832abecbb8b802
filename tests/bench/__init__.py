"""Measures what the connector costs: `make bench` prints one table and writes build/bench.json."""
