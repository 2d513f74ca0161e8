"""What this machine has, before anything is planned."""
