"""What stack is this? One small detector for each fact, with the evidence for it; nothing is executed."""

from pawl.detect.declarations import declared
from pawl.detect.stack import detect

__all__ = ["declared", "detect"]
