"""Grammars and JSON schemas that an answer must match.

constraint.py: the grammar or JSON schema that an answer must match, each text read once
job.py: reads a grammar or schema and tries it; runs in the sandbox
grammar.py: reads a GBNF grammar, reports errors by line
grammar_rules.py: the rules of a grammar, and whether they are complete
lark.py: writes GBNF rules in llguidance's syntax
json_schema.py: turns JSON schemas into what llguidance takes, names what is not enforced
schema_reading.py: rewrites a JSON schema so that llguidance reads it as its author means it
"""
