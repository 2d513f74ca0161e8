"""What several tests share: builders, requirements, placeholders."""
