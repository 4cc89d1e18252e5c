"""The inputs of the open prompt: fields, sample sets, options of its front matter."""
