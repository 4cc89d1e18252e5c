"""Chat templates: messages to the text a model reads.

formatting.py: applies a model's chat template, with control tokens in values as plain text
template_job.py: renders a chat template; runs in the sandbox
forms.py: the forms of a conversation that a template may take: system, alternation, greeting
verdicts.py: what a template does with six small conversations, and with thoughts
continuing.py: the text with which an answer goes on after the assistant's header
"""
