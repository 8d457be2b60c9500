SELECT substring(spine FROM $2 FOR 32) AS hash FROM audit.checkpoints WHERE size = $1
