"""Models from the hub: repositories, the shelf of small models, downloads."""
