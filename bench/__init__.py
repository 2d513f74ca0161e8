"""How fast onward is, as ratios measured side by side in one run, so that the machine cancels out."""
