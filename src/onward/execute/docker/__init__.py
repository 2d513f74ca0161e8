"""The Docker engine of this machine, its images, and what steps make with it."""
