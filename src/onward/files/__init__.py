"""Writing files so that nobody ever reads half of one: whole replacement, locks that say who holds them, journals."""
