"""Views of one run that several workspaces share: words, figures, votes, the search, the answer."""
