"""Practice: questions that are predicted before they are answered, without a word of how they look on the page."""
