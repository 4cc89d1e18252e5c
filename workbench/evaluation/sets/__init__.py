"""Files of evaluations: read with the line of each mistake, and rows made into cases.

yaml_tree.py: a YAML mapping whose keys are taken one by one, with their lines
reading.py: the file of an evaluation: variants, checks, goal
writing.py: the same, written
cases.py: identity, right answers, tags, weight and split of each row
promptfoo.py: configurations of promptfoo as evaluations
promptfoo_checks.py: their checks, each the same or not imported
javascript_patterns.py: regular expressions of JavaScript as patterns of ours
jobs.py: reading in a sandbox process
"""
