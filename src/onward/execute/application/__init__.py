"""The project's own application: started from a step's tree, waited for by its health, ended with all that it started."""
