"""Metrics of how much a text shares with a reference: words, n-grams, characters.

ngrams.py: n-grams and their counts; which texts are not divided by spaces
rouge.py: ROUGE-1, -2, -L and -Lsum as rouge-score computes them, or on words of any script
porter.py: the stemmer that ROUGE can use
bleu.py: BLEU as sacrebleu computes it, of one output and of a corpus
bleu_tokens.py: the tokenizers of BLEU
chrf.py: chrF and chrF++ as sacrebleu computes them
token_f1.py: bag of words F1 of the SQuAD script
edit_distance.py: Levenshtein distance
"""
