"""Our ends of Rasa: agent, processor, action, reply generator, tracker store and lock store."""
