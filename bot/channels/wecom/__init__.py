"""WeCom's customer service (微信客服): its callback only announces; messages are read with a cursor."""
