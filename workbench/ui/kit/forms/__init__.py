"""Forms for parameters of strategies, sampling and loading.

parameter_form.py: a form made from described parameters
field_editors.py: the editor of one parameter
sampling_form.py: the sampling form; lists which parameters are basic and in which group
sampling_defaults.py: its defaults, from Settings
sampler_order.py: samplers and their order
bias_rows.py: logit biases
answer_shape.py: free text, JSON schema or grammar
texts_edit.py: a list of texts, one a line
option_origins.py: whether an option comes from the front matter or the user
run_choices.py: choosers for strategy, model and sampling of a run
"""
