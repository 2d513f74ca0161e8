"""What steps need of a machine: each resource says whether it can be had, and hands a step a lease of it."""
