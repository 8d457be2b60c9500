SELECT to_regclass('assay.migrations') IS NOT NULL AS present;
