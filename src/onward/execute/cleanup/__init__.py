"""What must not outlive a run, in one place: run lock, orphaned processes, owned resources, leftovers."""
