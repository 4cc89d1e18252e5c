"""Values about prompts: files, inputs, versions, data sets, the library.

prompt.py: `InputField` and its types, `Problem`, `TemplateAnalysis`, `Preview`, `Draft`
model_options.py: the model options in a prompt's front matter
cases.py: a prompt run on many inputs: cases, results, share that was right
completion.py: what can be typed at a place of a template
datasets.py: sample sets, and tables whose rows fill inputs
sheets.py: data sets as they are edited, and rows added to them
matching.py: which columns of a table fill which inputs
exchange.py: import and export of prompts
library.py: folders of the library, search results; keys of what is kept for each prompt
rewriting.py: a rewrite that a model suggests: request and result
tags.py: places of the tags of a Jinja template, also while it is being typed
text_search.py: find and replace in a text
versions.py: versions of a prompt, and differences between two texts
"""
