"""Discovery of models: our folders, and those of other programs.

scan.py: lists the model files; refuses those that cannot be run
places.py: the folders that are searched
walking.py: finds files of one kind in folders
ollama.py: reads Ollama's store
jan.py: reads Jan's folders
"""
