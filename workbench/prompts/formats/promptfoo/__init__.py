"""promptfoo's configurations: prompts, variables and tests."""
