-- How many conversations began in an hour on a channel, so that it can be told how many of them got by without a person.
-- Counts alone: who began one stands nowhere here.
CREATE TABLE conversations_begun (
    hour TEXT NOT NULL,
    channel TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (hour, channel)
) WITHOUT ROWID;
