"""What suites ask: one task a file."""
