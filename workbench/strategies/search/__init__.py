"""Searches in parts: a generator, an evaluator, a selector and an order of search, over a domain.

``searcher`` is what all searches do; ``generators``, ``evaluators`` and ``selectors`` are the
parts; ``breadth_first``, ``depth_first``, ``best_first`` and ``monte_carlo`` are the orders;
``setup`` joins them as parameters say.
"""
