/*
 * The history of a record: a handler for …/history of every kind.
 */
#ifndef WEB_PAGES_RECORD_HISTORY_H
#define WEB_PAGES_RECORD_HISTORY_H

#include "web/pages/view.h"

enum err_code record_history_page(
    struct request *r, struct response *out, struct err *e) must_check;

#endif
