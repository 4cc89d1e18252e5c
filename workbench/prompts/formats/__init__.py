"""Import and export of prompts: one file a format, listed in registry.py.

registry.py: the list of formats
format.py: `PromptFormat`: how a format is recognised, read and written
prompty.py: our own files: Prompty, plain Jinja, Markdown
openai_messages.py: message lists of OpenAI's chat API
chainforge.py: ChainForge flows, and plain texts with `{var}`
bundle.py: prompts with samples and data in one zip file
template_ast.py: the syntax tree that template languages share: texts, values, conditions, loops
prompt_text.py: messages to a prompt file, and back, without rendering
jinja_text.py: that tree to Jinja, and simple Jinja to that tree
braces.py: templates with single braces (LangChain, ChainForge)
printing.py: values whose text differs in other languages
bounded_reading.py: reads foreign files within limits, each fault one sentence
import_files.py: writes imported prompts into the library, all or none
file_names.py: safe file names for imported prompts
jobs.py: what reads foreign files inside the sandbox
dotprompt/: Dotprompt files and Picoschema
handlebars/: Handlebars and Mustache
langchain/: LangChain's prompts as JSON
promptfoo/: promptfoo's configurations
"""
