"""Known vulnerabilities kept on this machine, and the loopback server that hands them to scanners."""
