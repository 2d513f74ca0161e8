"""PostgreSQL: where it comes from, its server, and a database for each step."""
