"""What stack is this? One small detector for each fact, with the evidence for it; nothing is executed."""
