"""The nouns of onward: frozen values that every other part passes along."""
