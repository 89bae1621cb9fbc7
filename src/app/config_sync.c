#include "app/config_sync.h"

#include "domain/config_dialect.h"
#include "domain/config_tree.h"
#include "domain/text_diff.h"

#include <string.h>

static bool compare_trees(struct arena *a, const struct config_dialect *dialect,
    const char *intended, const char *backup, struct config_sync *ret)
{
	struct config_tree wanted, there;
	struct config_gaps gaps;

	if (config_tree_parse(a, dialect, intended, &wanted, NULL) != ERR_OK ||
	    config_tree_parse(a, dialect, backup, &there, NULL) != ERR_OK ||
	    config_tree_compare(a, &wanted, &there, true, &gaps, NULL) !=
		ERR_OK)
		return false;
	*ret = (struct config_sync){ gaps.n_missing, gaps.n_unexpected };
	return true;
}

enum err_code config_sync_compare(struct arena *arena, const char *driver,
    const char *intended, const char *backup, struct config_sync *ret,
    struct err *e)
{
	const struct config_dialect *dialect = config_dialect_find(driver);
	struct text_diff_input left = { backup, strlen(backup) };
	struct text_diff_input right = { intended, strlen(intended) };
	struct text_diff diff;
	enum err_code rc;

	/* a text that the dialect cannot read is still a text */
	if (dialect && compare_trees(arena, dialect, intended, backup, ret))
		return ERR_OK;
	rc = text_diff_compute(arena, &left, &right, &diff, e);
	if (rc == ERR_OK)
		*ret = (struct config_sync){ diff.added, diff.removed };
	return rc;
}
