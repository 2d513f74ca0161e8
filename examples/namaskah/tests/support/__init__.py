"""What several tests need: a clock to turn, a limiter in memory, an application wired for a test."""
