/* The filter has no code: what it stands for comes from the objects that it needs. */
extern int pgiam_filter_is_empty;
