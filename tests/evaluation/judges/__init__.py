"""What is known of judges."""
