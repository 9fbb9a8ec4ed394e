"""Programs of many languages, as words and strings; makefiles."""
