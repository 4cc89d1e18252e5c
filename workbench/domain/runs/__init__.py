"""Values about runs: specs, events, and the state that is folded from events.

spec.py: `RunSpec`: everything that decides a run
sampling.py: `Sampling`: the sampler parameters, and the grammar or schema of the answer
effects.py: what a strategy may ask for: `Generate`, `Score`, `Extract`, ...
events.py: what happened in a run; the log of these is the run
run_state.py: `RunState`: the fold of events that live view, history, replay and CLI share
nodes.py: the nodes of a search, and what the user did to them
tokens.py: tokens of a stored answer: their places, probabilities, alternatives; doubt
microscope.py: what samplers would have cut at each place of a stored answer
steering.py: what the user can do to a search
extraction.py: the rule by which an answer is taken out of a text
reasoning.py: separates a model's thinking from its answer while both are written
made_with.py: whether a result belongs to what is shown now, and what differs (`Aspect`)
comparison.py: values of a comparison; whether an answer is right
pair.py: two runs next to each other, and the first token that differs
replayed.py: the result of doing the run of a bundle again
agreement.py: how far the answers of a vote agree
lost_solution.py: where a search dropped the solution, and which step dropped it
xray.py: X-ray values; `Level` is how a prompt is cut
estimate_words.py: what work will cost and how long it takes, in words
"""
