"""Forms that many programs read and write: OpenAI's messages, ShareGPT, our own."""
