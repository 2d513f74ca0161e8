"""The definition and the machine in, the ordered graph of steps out: pure functions."""
