/*
 * Where the files lie that come with the programs: page templates, static
 * files, documents, the seed of a store.
 */
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

/* ../share/switchyard beside the directory of the running program (the File
 * System Hierarchy's place, whatever the prefix), else `source`, the tree that
 * the program was built from.  Kept until the next call; before there are
 * threads. */
const char *share_dir(const char *source);

#endif
