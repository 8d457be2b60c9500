-- An upload is one statement and lasts as long as its client sends.
SET LOCAL statement_timeout = 0
