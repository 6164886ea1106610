"""A cluster: where it is, who works there, and what its workers have done."""
