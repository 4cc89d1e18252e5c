"""Chat: conversations with the loaded model."""
