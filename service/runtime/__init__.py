"""How much may run at once: the queue in front of synthesis and the number of threads."""
