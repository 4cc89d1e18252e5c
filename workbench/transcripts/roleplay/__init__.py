"""Files of programs for stories: SillyTavern, KoboldAI Lite, mikupad, character cards."""
