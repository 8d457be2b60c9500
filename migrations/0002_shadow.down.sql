DROP TABLE shadow.evaluations, shadow.rule_versions, shadow.selection_repeats, shadow.selections,
  shadow.sample_chunks, shadow.uploads, shadow.datasets;
DROP SEQUENCE shadow.upload_ids;
