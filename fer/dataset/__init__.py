"""FER2013 readers and augmentation."""
