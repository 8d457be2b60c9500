DELETE FROM assay.migrations WHERE number = $1;
