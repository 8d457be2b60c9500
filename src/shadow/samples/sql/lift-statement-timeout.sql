-- An upload is one statement and lasts as long as its client sends; deleting a dataset, as long as it is large.
SET LOCAL statement_timeout = 0
