"""The Help page: keys and the guide."""
