-- Two evaluations of one new selection look for repeats once: the second waits here, then finds them known.
SELECT repeats_known FROM shadow.selections WHERE selection_id = $1 FOR UPDATE
