/*
 * A simulated device: what survives between sessions.
 *
 * Its platform holds the configuration and its behaviour (struct platform);
 * around it stand files, clock, hostile modes and counters.
 *
 * Threads: everything below `lock` belongs to whoever holds it.
 * device_lock() also lets timers fire that are due, so that whoever looks at
 * a device sees it as it would be now; there is no timer thread.
 * Time: milliseconds since 1970 on the device's own clock, which is the
 * machine's plus what device_clock_advance() and clock_skew_ms add.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include "base/buf.h"

#include <jansson.h>
#include <pthread.h>
#include <stdint.h>

struct device;
struct endpoint;

/* --- hostile modes (hostile.c) ----------------------------------------- */

/* All zero: a well-behaved device.  Those that name an event fire once. */
struct hostile {
	uint64_t latency_ms;	       /* before every response */
	uint64_t bytes_per_s;	       /* output is no faster; 0: full speed */
	uint64_t flood_bytes;	       /* without newline, for any `show` */
	uint64_t drop_at_byte;	       /* of a session's output */
	uint64_t drop_after_request;   /* hang up before the Nth is executed */
	uint64_t drop_before_response; /* execute the Nth, then hang up */
	uint64_t cut_after;	       /* the same two, counted from now */
	uint64_t cut_before;	       /* over all sessions */
	uint64_t stall_after_request;  /* half open: no word after the Nth */
	/* Over HTTPS, counted from now over all connections. */
	uint64_t api_gateway; /* execute the Nth, then answer with status 504 */
	uint64_t api_failed;  /* execute the Nth, then "Back-end processing" */
	uint64_t api_busy;    /* refuse the Nth: "the server is busy" */
	bool noise;		       /* NUL, ANSI and OSC in the output */
	bool endless_more;	       /* the pager never comes to an end */
	bool fake_prompt;	       /* in banner and configuration */
	bool truncate;		       /* configuration stops half way */
	bool change_key;	       /* another host key */
	bool refuse_login;
};

/* "latency=200", "noise", "off" (all of them).  False if it is unknown. */
bool hostile_set(struct hostile *h, const char *setting);
/* Counts an event down; true when it is due. */
bool hostile_due(uint64_t *event);
/* Names of all settings, for usage and documentation. */
void hostile_list(struct buf *out);
/* Spoils text as the modes ask. */
void hostile_spoil_config(
    const struct hostile *h, const char *prompt, struct buf *text);
void hostile_spoil_output(const struct hostile *h, struct buf *text);

/* --- platforms --------------------------------------------------------- */

enum device_config {
	DEVICE_RUNNING,
	DEVICE_STARTUP,
	DEVICE_CANDIDATE,
};

struct http_post {
	const char *user;
	const char *type; /* Content-Type; "" if there was none */
	const char *body;
	size_t len;
};

struct platform {
	const char *name; /* "eos" */
	const char *label;
	const char *os_version; /* unless another is asked for */
	/* Makes and frees device->state.  The hostname is the device's name. */
	void (*init)(struct device *d);
	void (*release)(struct device *d);
	/* Fires what is due. */
	void (*tick)(struct device *d, int64_t now_ms);
	/* Running becomes startup; sessions and timers are gone. */
	void (*reload)(struct device *d);
	/* session: of the candidate, or NULL.  False if there is none. */
	bool (*get_config)(struct device *d, enum device_config which,
	    const char *session, struct buf *out);
	/* Replaces startup by a text that get_config gave earlier. */
	bool (*set_startup)(struct device *d, const char *text);
	/* Applies lines to running as another administrator would. */
	bool (*edit)(
	    struct device *d, const char *lines, struct buf *complaint);
	/* Shown before (login) and after signing in; "" for none. */
	void (*banner)(struct device *d, bool login, struct buf *out);
	/* New sessions; NULL where the platform has none of the kind. */
	struct endpoint *(*open_cli)(
	    struct device *d, const char *user, const char *exec_command);
	struct endpoint *(*open_netconf)(struct device *d, const char *user);
	/* A POST over HTTPS; the status of the answer. */
	const char *http_path;
	unsigned (*http_post)(struct device *d, const struct http_post *post,
	    struct buf *out);
	/* False if its configuration cuts off its own management. */
	bool (*reachable)(struct device *d);
	/* Files may be copied; NULL: never. */
	bool (*scp)(struct device *d);
};

const struct platform *platform_find(const char *name);
void platform_list(struct buf *out);

/* --- files (device_file.c) --------------------------------------------- */

struct device_file {
	struct device_file *next;
	char *name; /* without its file system: "checkpoint.cfg" */
	char *data;
	size_t len;
	int64_t changed_ms;
};

/* "flash:x", "bootflash:/x", "/mnt/flash/x" and "x" name one file. */
const char *device_file_name(const char *path);
struct device_file *device_file_find(struct device *d, const char *path);
void device_file_put(
    struct device *d, const char *path, const void *data, size_t len);
bool device_file_delete(struct device *d, const char *path);
/* MD5 of a file in hexadecimal. */
void device_file_md5(const struct device_file *f, char text[33]);

/* --- the device -------------------------------------------------------- */

struct device_stats {
	uint64_t sessions_open;
	uint64_t sessions;
	uint64_t commands; /* over HTTPS: requests */
	uint64_t logins_refused;
	uint64_t commits;
	uint64_t reverts;
	uint64_t saves;
	uint64_t reloads;
};

struct device_login {
	const char *user;
	const char *password;
	const char *enable; /* NULL: none is asked */
};

struct device {
	const struct platform *platform;
	const struct device_login *login; /* borrowed, for all devices one */
	const char *os_version;		  /* borrowed */
	char name[64];
	char serial[16];
	char mac[16]; /* "5254.0012.0001" */
	unsigned index;
	struct ssh_key_struct *host_keys[2]; /* the second: change_key */

	pthread_mutex_t lock;
	void *state; /* the platform's */
	struct device_file *files;
	struct hostile hostile;
	struct device_stats stats;
	int64_t clock_skew_ms;
	int64_t booted_ms;
	unsigned generation; /* counts reloads: older sessions end */
};

/* os_version: NULL for the platform's. */
void device_init(struct device *d, const struct platform *platform,
    const struct device_login *login, const char *name, unsigned index,
    const char *os_version);
void device_release(struct device *d);

void device_lock(struct device *d);
void device_unlock(struct device *d);

/* With the lock held. */
int64_t device_now_ms(const struct device *d);
void device_reload(struct device *d);

/* Moves the clocks of all devices. */
void device_clock_advance(int64_t ms);

/* "Sat Nov 21 01:03:51 2026" (ctime order) of the device's clock, UTC. */
#define DEVICE_TIME_SIZE 64
void device_format_time(
    int64_t wall_ms, const char *format, char text[DEVICE_TIME_SIZE]);

#endif
