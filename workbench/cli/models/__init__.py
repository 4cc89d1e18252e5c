"""Commands about models and servers."""
