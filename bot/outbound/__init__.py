"""Words that go out without a message before them: from people of ours, as warnings, questions or campaigns."""
