"""The verbs of the product, by family: the one place where library, index, sources and rank meet.

Verbs own the transactions. They know neither HTTP nor HTML nor settings: what they need is given to them.
"""
