"""Runs for the window and the command line: started, steered, read again, on many inputs.

runs.py: starts, follows, cancels and estimates runs
steering.py: pauses, resumes and steers runs, also after they ended
answers.py: answers of ended runs: extracted again, compared, counted
cases.py: one prompt on all its sample sets or on rows of a data set
pairs.py: compares two runs; does one again and says whether it is identical
bundles.py: runs as files that can be done again elsewhere, and compared
rewrite.py: a model suggests a rewrite of a prompt
xray.py: X-ray and counterfactual
xray_scan.py: the scoring passes of an X-ray
idle_work.py: work for which no run ever waits
speed.py: measures the speed of a model
"""
