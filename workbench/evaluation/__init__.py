"""Taking answers out of what a model wrote."""
