"""One script a simulator and network: each runs in a process of its own and prints one line of JSON."""
