#include "sim/https_front.h"

#include "sim/mem.h"

#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CERT_DAY 86400
#define CERT_DAYS 3650

struct cert_pair {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t cert;
};

static bool cert_init(struct cert_pair *p, const char *name, uint8_t serial)
{
	time_t now = time(NULL);

	if (gnutls_x509_privkey_init(&p->key) < 0 ||
	    gnutls_x509_crt_init(&p->cert) < 0)
		return false;
	return gnutls_x509_privkey_generate(p->key, GNUTLS_PK_ECDSA,
		   GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) >= 0 &&
	       gnutls_x509_crt_set_key(p->cert, p->key) >= 0 &&
	       gnutls_x509_crt_set_version(p->cert, 3) >= 0 &&
	       gnutls_x509_crt_set_serial(p->cert, &serial, 1) >= 0 &&
	       gnutls_x509_crt_set_activation_time(p->cert, now - CERT_DAY) >=
		   0 &&
	       gnutls_x509_crt_set_expiration_time(
		   p->cert, now + (time_t)CERT_DAYS * CERT_DAY) >= 0 &&
	       gnutls_x509_crt_set_dn_by_oid(p->cert,
		   GNUTLS_OID_X520_COMMON_NAME, 0, name,
		   (unsigned)strlen(name)) >= 0;
}

static void cert_deinit(struct cert_pair *p)
{
	gnutls_x509_crt_deinit(p->cert);
	gnutls_x509_privkey_deinit(p->key);
}

static bool cert_name_addresses(
    gnutls_x509_crt_t cert, const struct in_addr *addresses, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (gnutls_x509_crt_set_subject_alt_name(cert,
			GNUTLS_SAN_IPADDRESS, &addresses[i],
			sizeof(addresses[i]), GNUTLS_FSAN_APPEND) < 0)
			return false;
	return gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME,
		   "localhost", 9, GNUTLS_FSAN_APPEND) >= 0;
}

static bool cert_sign(struct cert_pair *ca, struct cert_pair *leaf)
{
	return gnutls_x509_crt_set_basic_constraints(ca->cert, 1, -1) >= 0 &&
	       gnutls_x509_crt_set_key_usage(
		   ca->cert, GNUTLS_KEY_KEY_CERT_SIGN) >= 0 &&
	       gnutls_x509_crt_sign2(
		   ca->cert, ca->cert, ca->key, GNUTLS_DIG_SHA256, 0) >= 0 &&
	       gnutls_x509_crt_set_basic_constraints(leaf->cert, 0, -1) >= 0 &&
	       gnutls_x509_crt_sign2(
		   leaf->cert, ca->cert, ca->key, GNUTLS_DIG_SHA256, 0) >= 0;
}

static char *cert_pem(gnutls_x509_crt_t cert)
{
	gnutls_datum_t out = { .data = NULL };
	char *text;

	if (gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &out) < 0)
		return NULL;
	text = mem_strndup((const char *)out.data, out.size);
	gnutls_free(out.data);
	return text;
}

static char *cert_key_pem(gnutls_x509_privkey_t key)
{
	gnutls_datum_t out = { .data = NULL };
	char *text;

	if (gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &out) < 0)
		return NULL;
	text = mem_strndup((const char *)out.data, out.size);
	gnutls_free(out.data);
	return text;
}

bool https_cert_make(
    const struct in_addr *addresses, size_t n, struct https_cert *ret)
{
	struct cert_pair ca = { .key = NULL };
	struct cert_pair leaf = { .key = NULL };
	struct https_cert c = { .ca = NULL };
	bool ok = cert_init(&ca, "switchyard-sim CA", 1) &&
		  cert_init(&leaf, "switchyard-sim", 2) &&
		  cert_name_addresses(leaf.cert, addresses, n) &&
		  cert_sign(&ca, &leaf);

	if (ok) {
		c.ca = cert_pem(ca.cert);
		c.cert = cert_pem(leaf.cert);
		c.key = cert_key_pem(leaf.key);
		ok = c.ca && c.cert && c.key;
	}
	cert_deinit(&ca);
	cert_deinit(&leaf);
	if (ok)
		*ret = c;
	else
		https_cert_release(&c);
	return ok;
}

void https_cert_release(struct https_cert *c)
{
	free(c->ca);
	free(c->cert);
	free(c->key);
}
