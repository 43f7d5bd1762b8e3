"""Files as they are: whatever a system exported becomes plain tables, and no file does harm.

A plain CSV or a typed Parquet file needs none of this. Everything else (workbooks, archives, other
encodings, title rows, dirty cells) is read once, cleaned and written down as a plain table, from
which the engine then reads. What a file is comes from its content, never from its name. Formats
that can hide something are looked through first and opened in a child process only, under limits
of memory, time and size: a file that breaks its parser is an answer, not a crash.
"""
