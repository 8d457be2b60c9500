SELECT number, name, checksum FROM assay.migrations ORDER BY number;
