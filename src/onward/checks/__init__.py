"""What the checks of several gates are made of: commands of programs that they share, controls, planted faults."""
