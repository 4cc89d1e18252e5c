"""Disposable, limited processes for work on untrusted or slow text: templates, patterns."""
