"""What else is measured of this engine alone, each a program of its own like the peers."""
