"""Request logs (time, input tokens, output tokens), CSV or Parquet, into numpy arrays: streamed, made for hostile files."""
