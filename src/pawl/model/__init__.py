"""The nouns of pawl: frozen values that every other part passes along."""
