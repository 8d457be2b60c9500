SELECT spine FROM audit.checkpoints WHERE size = $1
