"""Cloud and SaaS bills (FOCUS 1.0 to 1.2, AWS CUR, Azure EA; CSV, gzip, Parquet) into typed blocks: streamed, exact to 1e-18."""
