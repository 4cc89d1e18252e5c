"""Handlebars and Mustache templates: a syntax tree, reading and writing."""
