"""`hf:`: models of the transformers library, from the hub or a folder."""
