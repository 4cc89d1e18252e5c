"""LangChain's prompts as JSON."""
