#include "jinja/ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL_ONES (~(ip_number)0)

int ip_bits(const struct ip *ip)
{
	return ip->version == 4 ? 32 : 128;
}

static ip_number low_bits(int n)
{
	return n == 0 ? 0 : ALL_ONES >> (128 - n);
}

ip_number ip_hostmask(const struct ip *ip)
{
	return low_bits(ip_bits(ip) - ip->prefix);
}

ip_number ip_netmask(const struct ip *ip)
{
	return low_bits(ip_bits(ip)) ^ ip_hostmask(ip);
}

ip_number ip_first(const struct ip *ip)
{
	return ip->value & ip_netmask(ip);
}

ip_number ip_last(const struct ip *ip)
{
	return ip->value | ip_hostmask(ip);
}

ip_number ip_size(const struct ip *ip)
{
	return ip_hostmask(ip) + 1;
}

bool ip_contains(const struct ip *net, const struct ip *ip)
{
	return net->version == ip->version && ip_first(ip) >= ip_first(net) &&
	       ip_last(ip) <= ip_last(net);
}

static bool parse_address(const char *text, struct ip *ret)
{
	unsigned char bytes[16];
	size_t n = 16;

	if (inet_pton(AF_INET, text, bytes) == 1) {
		ret->version = 4;
		n = 4;
	} else if (inet_pton(AF_INET6, text, bytes) == 1) {
		ret->version = 6;
	} else {
		return false;
	}
	ret->value = 0;
	for (size_t i = 0; i < n; i++)
		ret->value = ret->value << 8 | bytes[i];
	return true;
}

/* A run of ones, then zeros; or the reverse. */
static bool mask_to_prefix(ip_number mask, int bits, int *ret)
{
	for (int p = 0; p <= bits; p++) {
		ip_number host = low_bits(bits - p);

		if (mask == (low_bits(bits) ^ host) || mask == host) {
			*ret = p;
			return true;
		}
	}
	return false;
}

static bool parse_prefix(const char *text, struct ip *ip)
{
	struct ip mask;
	char *end;
	long n;

	if (text[0] >= '0' && text[0] <= '9' && strlen(text) <= 3) {
		n = strtol(text, &end, 10);
		if (*end == '\0' && n <= ip_bits(ip)) {
			ip->prefix = (int)n;
			return true;
		}
	}
	return parse_address(text, &mask) && mask.version == ip->version &&
	       mask_to_prefix(mask.value, ip_bits(ip), &ip->prefix);
}

bool ip_parse(const char *text, size_t len, struct ip *ret)
{
	char copy[2 * IP_TEXT_MAX];
	struct ip ip = { .version = 4 };
	char *slash;

	if (len >= sizeof(copy) || memchr(text, '\0', len))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = '\0';
	if (!parse_address(copy, &ip))
		return false;
	ip.prefix = ip_bits(&ip);
	ip.has_prefix = slash != NULL;
	if (slash && !parse_prefix(slash, &ip))
		return false;
	*ret = ip;
	return true;
}

struct ip ip_from_number(ip_number n, int version)
{
	struct ip ip = { .value = n };

	ip.version = version ? version : n <= UINT32_MAX ? 4 : 6;
	ip.prefix = ip_bits(&ip);
	return ip;
}

static void to_bytes(ip_number value, size_t n, unsigned char *to)
{
	while (n > 0) {
		to[--n] = (unsigned char)(value & 0xff);
		value >>= 8;
	}
}

void ip_format(int version, ip_number value, char to[IP_TEXT_MAX])
{
	unsigned char bytes[16];

	to_bytes(value, version == 4 ? 4 : 16, bytes);
	if (!inet_ntop(
		version == 4 ? AF_INET : AF_INET6, bytes, to, IP_TEXT_MAX))
		to[0] = '\0';
}

/* RFC 5952 without the dotted form. */
void ip_format_plain(int version, ip_number value, char to[IP_TEXT_MAX])
{
	unsigned groups[8];
	int best = -1, best_len = 1, n = 0;
	char *at = to;

	if (version == 4) {
		ip_format(4, value, to);
		return;
	}
	for (int i = 7; i >= 0; i--, value >>= 16)
		groups[i] = (unsigned)(value & 0xffff);
	for (int i = 0; i < 8; i += n ? n : 1) {
		for (n = 0; i + n < 8 && groups[i + n] == 0; n++)
			continue;
		if (n > best_len) {
			best = i;
			best_len = n;
		}
	}
	to[0] = '\0';
	for (int i = 0; i < 8;) {
		if (i == best) {
			at += sprintf(at, "::");
			i += best_len;
			continue;
		}
		at += sprintf(at, "%s%x", i && i != best + best_len ? ":" : "",
		    groups[i]);
		i++;
	}
}

void ip_format_number(ip_number n, char to[IP_TEXT_MAX])
{
	char digits[IP_TEXT_MAX];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + (int)(n % 10));
		n /= 10;
	} while (n);
	memcpy(to, digits + i, sizeof(digits) - i);
	to[sizeof(digits) - i] = '\0';
}

bool ip_in_blocks(const struct ip *ip, const struct ip_block *blocks)
{
	struct ip net;

	for (; blocks->net; blocks++)
		if (ip_parse(blocks->net, strlen(blocks->net), &net) &&
		    ip_contains(&net, ip))
			return true;
	return false;
}

/* RFC 1918, RFC 4193, and what netaddr counts among them. */
bool ip_is_private(const struct ip *ip)
{
	static const struct ip_block blocks[] = { { "", "10.0.0.0/8" },
		{ "", "172.16.0.0/12" }, { "", "192.168.0.0/16" },
		{ "", "198.18.0.0/15" }, { "", "100.64.0.0/10" },
		{ "", "192.0.0.0/24" }, { "", "fc00::/7" }, { "", "fec0::/10" },
		{ NULL, NULL } };

	return ip_in_blocks(ip, blocks) || ip_is_link_local(ip);
}

bool ip_is_loopback(const struct ip *ip)
{
	static const struct ip_block blocks[] = { { "", "127.0.0.0/8" },
		{ "", "::1/128" }, { NULL, NULL } };

	return ip_in_blocks(ip, blocks);
}

bool ip_is_link_local(const struct ip *ip)
{
	static const struct ip_block blocks[] = { { "", "169.254.0.0/16" },
		{ "", "fe80::/10" }, { NULL, NULL } };

	return ip_in_blocks(ip, blocks);
}

bool ip_is_multicast(const struct ip *ip)
{
	static const struct ip_block blocks[] = { { "", "224.0.0.0/4" },
		{ "", "ff00::/8" }, { NULL, NULL } };

	return ip_in_blocks(ip, blocks);
}

bool ip_is_reserved(const struct ip *ip)
{
	static const struct ip_block blocks[] = { { "", "240.0.0.0/4" },
		{ "", "0.0.0.0/8" }, { "", "::/8" }, { NULL, NULL } };

	return ip_in_blocks(ip, blocks);
}
