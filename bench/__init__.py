"""`python -m bench`: how fast the service answers, and what an answer costs. A tool for people."""
