"""HTTP: requests in, documents out; no rules of the business live here."""
