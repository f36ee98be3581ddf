"""The pages: server-rendered HTML that works without JavaScript. Views parse, call a verb, and present the answer."""
