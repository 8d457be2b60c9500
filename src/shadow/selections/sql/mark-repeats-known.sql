UPDATE shadow.selections SET repeats_known = true WHERE selection_id = $1
