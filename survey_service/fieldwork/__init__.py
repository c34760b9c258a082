"""Use cases of the field: projects, waves, codes and answering."""
