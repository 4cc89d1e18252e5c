"""Commands of conversations: `chats list|show|import|export|search|delete`, and `chat`."""
