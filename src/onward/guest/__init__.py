"""Small programs that run under the interpreter of the project that is looked at: Python >= 3.9, nothing of onward."""
