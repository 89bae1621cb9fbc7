/*
 * What may be configured on Junos, as indented text:
 *   name      container          name =   leaf          name []  leaf-list
 *   name !    presence           name *   list          name @   hidden list
 * A letter after the mark is the type of value or key:
 *   u number   i IPv4 address   p IPv4 prefix   x secret   n interface
 * a `>` keeps list entries in the order of entry, a `~` writes a container
 * before each of its statements (`family inet {`), a `|` writes a section that
 * holds a single statement on one line (`then accept;`).
 */
#include "sim/junos_tree.h"

#include "sim/mem.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char schema_text[] = "version =\n"
				  "system\n"
				  " host-name =\n"
				  " domain-name =\n"
				  " time-zone =\n"
				  " root-authentication\n"
				  "  encrypted-password =x\n"
				  "  ssh-ed25519 *\n"
				  "  ssh-rsa *\n"
				  " name-server *i\n"
				  " login\n"
				  "  message =\n"
				  "  announcement =\n"
				  "  class *\n"
				  "   idle-timeout =u\n"
				  "   permissions []\n"
				  "  user *\n"
				  "   full-name =\n"
				  "   uid =u\n"
				  "   class =\n"
				  "   authentication\n"
				  "    encrypted-password =x\n"
				  "    ssh-ed25519 *\n"
				  "    ssh-rsa *\n"
				  " services\n"
				  "  ssh\n"
				  "   root-login =\n"
				  "   protocol-version []\n"
				  "  netconf\n"
				  "   ssh\n"
				  "    port =u\n"
				  "   rfc-compliant !\n"
				  "  web-management\n"
				  "   https\n"
				  "    port =u\n"
				  " syslog\n"
				  "  user *\n"
				  "   any *\n"
				  "  host *\n"
				  "   any *\n"
				  "  file *\n"
				  "   any *\n"
				  "   authorization *\n"
				  "   interactive-commands *\n"
				  " ntp\n"
				  "  server *i\n"
				  "   prefer !\n"
				  " archival\n"
				  "  configuration\n"
				  "   transfer-on-commit !\n"
				  "chassis\n"
				  " aggregated-devices\n"
				  "  ethernet\n"
				  "   device-count =u\n"
				  "interfaces\n"
				  " interface @n\n"
				  "  description =\n"
				  "  disable !\n"
				  "  mtu =u\n"
				  "  vlan-tagging !\n"
				  "  gigether-options\n"
				  "   802.3ad =\n"
				  "  unit *u\n"
				  "   description =\n"
				  "   disable !\n"
				  "   vlan-id =u\n"
				  "   family ~\n"
				  "    inet\n"
				  "     mtu =u\n"
				  "     filter\n"
				  "      input =\n"
				  "      output =\n"
				  "     address *p\n"
				  "      primary !\n"
				  "    inet6\n"
				  "     address *\n"
				  "    mpls\n"
				  "    iso\n"
				  "    ethernet-switching\n"
				  "     interface-mode =\n"
				  "     vlan\n"
				  "      members []\n"
				  "snmp\n"
				  " location =\n"
				  " contact =\n"
				  " community *\n"
				  "  authorization =\n"
				  "routing-options\n"
				  " static\n"
				  "  route *p|\n"
				  "   next-hop []\n"
				  "   discard !\n"
				  "   preference =u\n"
				  " router-id =i\n"
				  " autonomous-system =u\n"
				  "protocols\n"
				  " bgp\n"
				  "  group *\n"
				  "   type =\n"
				  "   local-address =i\n"
				  "   import []\n"
				  "   export []\n"
				  "   peer-as =u\n"
				  "   neighbor *i\n"
				  "    description =\n"
				  "    peer-as =u\n"
				  " ospf\n"
				  "  export []\n"
				  "  area *\n"
				  "   interface *\n"
				  "    passive !\n"
				  "    metric =u\n"
				  " lldp\n"
				  "  interface *\n"
				  "policy-options\n"
				  " prefix-list *\n"
				  "  prefix-list-item @p\n"
				  " policy-statement *\n"
				  "  term *>\n"
				  "   from |\n"
				  "    protocol []\n"
				  "    prefix-list *\n"
				  "   then |\n"
				  "    accept !\n"
				  "    reject !\n"
				  "    next-hop =\n"
				  "firewall\n"
				  " family\n"
				  "  inet\n"
				  "   filter *\n"
				  "    term *>\n"
				  "     from |\n"
				  "      source-address @p\n"
				  "      protocol []\n"
				  "      destination-port []\n"
				  "     then |\n"
				  "      accept !\n"
				  "      discard !\n"
				  "      count =\n"
				  "vlans\n"
				  " vlan @\n"
				  "  vlan-id =u\n"
				  "  description =\n";

static pthread_once_t schema_once = PTHREAD_ONCE_INIT;
static struct jschema *schema_root;

static enum jkind schema_kind(char mark)
{
	static const struct {
		char mark;
		enum jkind kind;
	} kinds[] = {
		{ '=', JUNOS_LEAF },
		{ '[', JUNOS_LEAF_LIST },
		{ '!', JUNOS_PRESENCE },
		{ '*', JUNOS_LIST },
		{ '@', JUNOS_HIDDEN },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].mark == mark)
			return kinds[i].kind;
	return JUNOS_CONTAINER;
}

static struct jschema *schema_parse_line(const char *line, size_t len)
{
	struct jschema *s = mem_zalloc(sizeof(*s));
	const char *space = memchr(line, ' ', len);
	const char *end = line + len;

	s->name = mem_strndup(line, space ? (size_t)(space - line) : len);
	if (!space)
		return s;
	s->kind = schema_kind(space[1]);
	for (const char *p = space + 1; p < end; p++) {
		if (*p == '>')
			s->user_order = true;
		else if (*p == '~')
			s->before_each = true;
		else if (*p == '|')
			s->one_line = true;
		else if (isalpha((unsigned char)*p))
			s->type = *p;
	}
	return s;
}

/* Lines are indented by one blank a level. */
static void schema_build(void)
{
	struct jschema *at[JUNOS_DEPTH_MAX] = { NULL };
	struct jschema *last[JUNOS_DEPTH_MAX] = { NULL };

	schema_root = mem_zalloc(sizeof(*schema_root));
	at[0] = schema_root;
	for (const char *p = schema_text; *p;) {
		size_t depth = strspn(p, " ");
		size_t len = strcspn(p, "\n");
		struct jschema *s = schema_parse_line(p + depth, len - depth);

		s->parent = at[depth];
		if (!at[depth]->first) {
			at[depth]->first = s;
		} else {
			s->rank = last[depth]->rank + 1;
			last[depth]->next = s;
		}
		last[depth] = s;
		at[depth + 1] = s;
		p += len + 1;
	}
}

const struct jschema *junos_schema(void)
{
	pthread_once(&schema_once, schema_build);
	return schema_root;
}

const struct jschema *junos_schema_child(
    const struct jschema *s, const char *name)
{
	for (const struct jschema *c = s->first; c; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static bool type_is_number(const char *value)
{
	return *value && value[strspn(value, "0123456789")] == '\0' &&
	       strlen(value) <= 10;
}

static bool type_is_address(const char *value)
{
	struct in_addr a;

	return inet_pton(AF_INET, value, &a) == 1;
}

static bool type_is_prefix(const char *value)
{
	char address[32];
	unsigned len;
	char rest;

	if (sscanf(value, "%31[0-9.]/%2u%c", address, &len, &rest) != 2)
		return type_is_address(value);
	return len <= 32 && type_is_address(address);
}

/* ge-0/0/0, ae1, lo0, fxp0, irb: letters first. */
static bool type_is_interface(const char *value)
{
	return isalpha((unsigned char)*value) &&
	       value[strspn(value,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789/:-.")] == '\0';
}

bool junos_type_fits(char type, const char *value)
{
	static const struct {
		char type;
		bool (*fits)(const char *value);
	} types[] = {
		{ 'u', type_is_number },
		{ 'i', type_is_address },
		{ 'p', type_is_prefix },
		{ 'n', type_is_interface },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].type == type)
			return types[i].fits(value);
	return *value != '\0';
}
