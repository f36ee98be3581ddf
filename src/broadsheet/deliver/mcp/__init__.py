"""The door for agents: tools of the Model Context Protocol over the verbs of the core. Needs the extra `mcp`."""
