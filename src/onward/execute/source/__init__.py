"""The project's source: git, the files of a tree, and copies of it to work in."""
