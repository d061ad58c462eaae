"""The documentation site: its pages are drawn from the project's own texts and from the code."""
