"""What the teacher is to say: texts, and whether they hold every sound of Mandarin."""
