"""The sample reading list: titles and links of 79 real papers, with our own notes in place of their abstracts."""
