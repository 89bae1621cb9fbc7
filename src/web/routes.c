#include "web/router.h"

#include "web/api/api.h"
#include "web/mcp/mcp.h"
#include "web/pages/login.h"
#include "web/pages/pages.h"

#define ENTRY(table) &table,

static const struct route_table *const tables[] = { &pages_login_routes,
	PAGES_TABLES(ENTRY) API_TABLES(ENTRY) & mcp_routes };

const struct route_table *const *router_tables(size_t *ret_n)
{
	*ret_n = sizeof(tables) / sizeof(tables[0]);
	return tables;
}
