"""Commands about prompts, their data, versions and formats.

prompts.py: `prompts`: import, export, show, check and change prompt files
render.py: `render`: what the model would receive
library.py: `library`: prompts, folders, favourites
datasets.py: `data`: data sets and sample sets
versions.py: `versions`: earlier versions of a prompt
rewrite.py: `rewrite`: a model suggests a better prompt
xray.py: `xray` and `counterfactual`: which part of a prompt an answer rests on
changes.py: differences between texts, printed
"""
