"""Files of programs that run models here: LM Studio, GPT4All, Jan, llama.cpp, textgen.

lmstudio.py: LM Studio's conversations: a line of slots with versions
gpt4all.py: GPT4All's binary chats
jan.py: Jan's threads: a folder with two files
llamacpp.py: the web page of llama.cpp
textgen.py: text-generation-webui's logs
qt_stream.py: the binary form that GPT4All writes
"""
