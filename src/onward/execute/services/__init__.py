"""Real services for steps: found or started, leased to one step at a time, and gone when the run is."""
