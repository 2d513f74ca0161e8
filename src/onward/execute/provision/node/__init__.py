"""Node and the packages of a front end."""
