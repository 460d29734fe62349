"""What a timeline answers: peaks, markers, reactions, comparisons, synchrony, agreement with human coding."""
