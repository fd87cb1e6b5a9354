"""Pictures that borrowers send: what is written on them, told back and understood like typed text.

A channel hands over the bytes in :attr:`bot.inbound.Attachment.data`; the gate reads them. Nothing of a picture is
stored but the text that was read, and pictures are decoded in processes of their own that know no secret.
"""
