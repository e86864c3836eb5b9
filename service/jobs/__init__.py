"""Speech that nobody waits for: jobs that survive the processes that work on them."""
