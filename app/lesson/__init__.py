"""The lesson: what stands to read and to do beside the stage, section by section. It knows nothing of the browser."""
