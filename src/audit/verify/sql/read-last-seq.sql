SELECT max(seq) AS seq FROM audit.entries
