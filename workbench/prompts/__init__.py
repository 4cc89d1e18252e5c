"""Prompt files: reading, checking, rendering in the sandbox, chat formats, the library.

document.py: a prompt file in its parts: YAML front matter and Jinja body
file_io.py: reads and writes prompt files, whole or not at all
render.py: renders a prompt to messages, in the sandbox, with the origin of every character
template_body.py: compiles and renders the body within limits, explains failures
roles.py: cuts rendered text into chat messages at role markers
inputs.py: values of inputs by type, defaults, what is missing
input_inference.py: the type of an input that the front matter does not declare
input_files.py: files that fill an input: text, image size
conversation_inputs.py: inputs that are conversations
placeholders.py: placeholders of inputs without a value
includes.py: inputs of the files that a template includes
samples.py: sample sets: `NAME.samples.yaml` next to the prompt
segments.py: cuts a rendered prompt for X-ray: lines, paragraphs, blocks, examples, variables
chat/: messages to the text a model reads, by the model's chat template
front_matter/: reads and changes the YAML
jinja/: analysis, checks, completion, renaming
source_map/: which place of a template each character comes from
library/: folders of prompts
datasets/: tables whose rows fill inputs
formats/: import and export
"""
