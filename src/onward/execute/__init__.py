"""The executor: processes, services, workspaces and tools; the only place where a run touches the machine."""
