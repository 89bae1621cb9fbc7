#include "infra/http/certificate.h"

#include "base/crypto.h"
#include "base/text.h"
#include "infra/http/http_internal.h"

#include <string.h>

/* --- from the peer ----------------------------------------------------- */

/* The first of the chain is the peer's own (RFC 8446, 4.4.2). */
static const char *own_certificate(CURL *h)
{
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(h, CURLINFO_CERTINFO, &info) != CURLE_OK ||
	    !info || info->num_of_certs < 1)
		return NULL;
	for (const struct curl_slist *line = info->certinfo[0]; line;
	     line = line->next)
		if (strncmp(line->data, "Cert:", 5) == 0)
			return line->data + 5;
	return NULL;
}

/* PEM (RFC 7468) to DER. */
static bool pem_decode(const char *pem, struct buf *der)
{
	static const char first[] = "-----BEGIN CERTIFICATE-----";
	const char *body = strstr(pem, first), *end;
	struct buf text = BUF_INIT(HTTP_CERTIFICATE_MAX * 2);
	bool ok = false;

	if (body && (end = strstr(body + sizeof(first) - 1, "-----END"))) {
		for (body += sizeof(first) - 1; body < end; body++)
			if (!strchr(" \r\n", *body))
				buf_putc(&text, *body);
		ok = buf_ok(&text) && text.len > 0 &&
		     base64_decode_append(der, buf_text(&text), text.len);
	}
	buf_release(&text);
	return ok;
}

enum err_code http_fetch_certificate(struct http_client *client,
    const char *url, struct deadline deadline, struct buf *der, struct err *e)
{
	const struct http_answer none = { .status = 0 };
	char text[CURL_ERROR_SIZE] = "";
	enum err_code rc = ERR_OK;
	const char *pem;
	CURLcode done;
	CURL *h = curl_easy_init();

	if (!h)
		return err_set(e, ERR_SYSTEM, "out of memory");
	http_set_limits(h, client);
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(h, CURLOPT_CERTINFO, 1L);
	/* It is read, not believed. */
	curl_easy_setopt(h, CURLOPT_PINNEDPUBLICKEY, NULL);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, http_time_limit(deadline));
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, text);
	done = curl_easy_perform(h);
	pem = done == CURLE_OK ? own_certificate(h) : NULL;
	if (done != CURLE_OK)
		rc = http_explain(done, url, &none, text, e);
	else if (!pem || !pem_decode(pem, der))
		rc = err_set(e, ERR_REMOTE,
		    "the certificate that was shown cannot be read");
	curl_easy_cleanup(h);
	return rc;
}

/* --- its public key ---------------------------------------------------- */

struct der {
	const uint8_t *at, *end;
};

/* One element (X.690, 8.1): `whole` is all of it, `in` its content. */
static bool der_take(
    struct der *from, uint8_t tag, struct der *whole, struct der *in)
{
	const uint8_t *p = from->at;
	size_t len, n;

	if (from->end - p < 2 || p[0] != tag)
		return false;
	len = p[1];
	p += 2;
	if (len & 0x80) {
		n = len & 0x7f;
		if (n == 0 || n > 3 || from->end - p < (ptrdiff_t)n)
			return false;
		for (len = 0; n > 0; n--)
			len = len << 8 | *p++;
	}
	if (len > (size_t)(from->end - p))
		return false;
	*in = (struct der){ p, p + len };
	*whole = (struct der){ from->at, p + len };
	from->at = p + len;
	return true;
}

enum { DER_INTEGER = 0x02, DER_SEQUENCE = 0x30, DER_VERSION = 0xa0 };

/* RFC 5280, 4.1: TBSCertificate is version, serialNumber, signature, issuer,
 * validity, subject, subjectPublicKeyInfo, … */
bool http_certificate_pin(const void *der, size_t len, struct buf *out)
{
	static const uint8_t before_key[] = { DER_INTEGER, DER_SEQUENCE,
		DER_SEQUENCE, DER_SEQUENCE, DER_SEQUENCE };
	struct der all = { der, (const uint8_t *)der + len };
	struct der whole, certificate, tbs, key, inside;
	uint8_t digest[SHA256_SIZE];

	if (!der_take(&all, DER_SEQUENCE, &whole, &certificate) ||
	    all.at != all.end ||
	    !der_take(&certificate, DER_SEQUENCE, &whole, &tbs))
		return false;
	/* absent in version 1 */
	(void)der_take(&tbs, DER_VERSION, &whole, &inside);
	for (size_t i = 0; i < sizeof(before_key); i++)
		if (!der_take(&tbs, before_key[i], &whole, &inside))
			return false;
	if (!der_take(&tbs, DER_SEQUENCE, &key, &inside))
		return false;
	sha256_of(key.at, (size_t)(key.end - key.at), digest);
	buf_puts(out, "sha256//");
	base64_append(out, digest, sizeof(digest));
	return buf_ok(out);
}
