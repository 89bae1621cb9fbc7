/*
 * IP addresses and networks as 128-bit numbers.
 */
#ifndef JINJA_IP_H
#define JINJA_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 ip_number;

struct ip {
	int version; /* 4 or 6 */
	ip_number value;
	int prefix;
	bool has_prefix; /* it was written */
};

#define IP_TEXT_MAX 48

/* "10.0.0.1", "10.0.0.1/24", "10.0.0.1/255.255.255.0", "fe80::1/64".  A
 * netmask may also be a wildcard (hostmask). */
bool ip_parse(const char *text, size_t len, struct ip *ret);
/* A number without version: IPv4 if it fits. */
struct ip ip_from_number(ip_number n, int version);

int ip_bits(const struct ip *ip);
ip_number ip_netmask(const struct ip *ip);
ip_number ip_hostmask(const struct ip *ip);
ip_number ip_first(const struct ip *ip); /* the network's address */
ip_number ip_last(const struct ip *ip);
ip_number ip_size(const struct ip *ip); /* 0: 2^128 */
bool ip_contains(const struct ip *net, const struct ip *ip);

/* The address alone, as netaddr prints it (mapped IPv4 addresses with
 * dots) or as Python's ipaddress does. */
void ip_format(int version, ip_number value, char to[IP_TEXT_MAX]);
void ip_format_plain(int version, ip_number value, char to[IP_TEXT_MAX]);
/* Decimal; needs 40 bytes. */
void ip_format_number(ip_number n, char to[IP_TEXT_MAX]);

struct ip_block {
	const char *name;
	const char *net;
};
/* Is all of the network in one of the blocks (which end with NULL)? */
bool ip_in_blocks(const struct ip *ip, const struct ip_block *blocks);

bool ip_is_private(const struct ip *ip);
bool ip_is_loopback(const struct ip *ip);
bool ip_is_link_local(const struct ip *ip);
bool ip_is_multicast(const struct ip *ip);
bool ip_is_reserved(const struct ip *ip);

#endif
