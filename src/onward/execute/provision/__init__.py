"""Installing what a project or a gate needs: Python, Node, tools, in that order of use."""
