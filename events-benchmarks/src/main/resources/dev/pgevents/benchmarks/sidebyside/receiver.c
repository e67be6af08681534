/* The same receiver as ReceiverMain with its loop, over libpq. Speaks the same protocol. */
#include <libpq-fe.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MAX_SAMPLES 2000000

static PGconn *conn;
static char conninfo[256];
static char extra[64][64];
static int extras;
static int64_t samples[MAX_SAMPLES];
static int64_t recorded, received, first_sent, last_sent, longest_hole;
static int counting;

static int64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

static void listen_to(const char *channel) {
	char sql[128];
	snprintf(sql, sizeof sql, "LISTEN \"%s\"", channel);
	PQclear(PQexec(conn, sql));
}

static void connect_and_listen(void) {
	while (1) {
		conn = PQconnectdb(conninfo);
		if (PQstatus(conn) == CONNECTION_OK)
			break;
		PQfinish(conn);
		usleep(1000);
	}
	listen_to("bench.sent");
	listen_to("bench.drain");
	for (int i = 0; i < extras; i++)
		listen_to(extra[i]);
}

static void take(void) {
	PGnotify *n;
	while ((n = PQnotifies(conn)) != NULL) {
		received++;
		char *at = counting ? NULL : strstr(n->extra, "\"sent\":");
		int64_t sent = at ? strtoll(at + 7, NULL, 10) : 0;
		if (sent > 0) {
			int64_t latency = now() - sent;
			if (recorded < MAX_SAMPLES)
				samples[recorded++] = latency < 0 ? 0 : latency;
			if (first_sent == 0)
				first_sent = sent;
			else if (sent - last_sent > longest_hole)
				longest_hole = sent - last_sent;
			last_sent = sent;
		}
		PQfreemem(n);
	}
}

static void receive(void) {
	if (!PQconsumeInput(conn) || PQstatus(conn) != CONNECTION_OK) {
		take();
		PQfinish(conn);
		connect_and_listen();
	}
	take();
}

static int compare(const void *a, const void *b) {
	int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
	return (x > y) - (x < y);
}

static int64_t percentile(double p) {
	return recorded == 0 ? 0 : samples[(int64_t) (p / 100 * (recorded - 1))];
}

static int64_t await(int64_t expected, int64_t millis) {
	int64_t deadline = now() + millis * 1000000;
	while (received < expected && now() < deadline) {
		struct pollfd p = { PQsocket(conn), POLLIN, 0 };
		if (poll(&p, 1, 10) > 0)
			receive();
	}
	return received >= expected ? now() : 0;
}

static void command(char *line) {
	char *word = strtok(line, " \n");
	if (word == NULL)
		return;
	if (strcmp(word, "record") == 0 || strcmp(word, "count") == 0) {
		counting = word[0] == 'c';
		recorded = received = first_sent = last_sent = longest_hole = 0;
		puts("ok");
	}
	else if (strcmp(word, "await") == 0) {
		int64_t expected = strtoll(strtok(NULL, " \n"), NULL, 10);
		int64_t millis = strtoll(strtok(NULL, " \n"), NULL, 10);
		printf("%ld\n", (long) await(expected, millis));
	}
	else if (strcmp(word, "report") == 0) {
		qsort(samples, recorded, sizeof samples[0], compare);
		printf("%ld %ld %ld %ld %ld %ld %ld 0\n", (long) received, (long) percentile(50), (long) percentile(99),
				(long) percentile(99.9), (long) percentile(100), (long) first_sent, (long) longest_hole);
	}
	else if (strcmp(word, "cpu") == 0) {
		struct rusage u;
		getrusage(RUSAGE_SELF, &u);
		printf("%ld\n", (long) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000
				+ (long) (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000);
	}
	else if (strcmp(word, "listen") == 0) {
		int64_t asked = now();
		if (extras < 64)
			strncpy(extra[extras++], strtok(NULL, " \n"), 63);
		listen_to(extra[extras - 1]);
		printf("%ld\n", (long) asked);
	}
	fflush(stdout);
}

int main(int argc, char **argv) {
	/* jdbc:postgresql://host:port/database?user=name */
	char host[64], database[64], user[64];
	int port;
	if (argc < 2 || sscanf(argv[1], "jdbc:postgresql://%63[^:]:%d/%63[^?]?user=%63[^&]", host, &port, database, user) != 4)
		return 2;
	snprintf(conninfo, sizeof conninfo, "host=%s port=%d dbname=%s user=%s", host, port, database, user);
	connect_and_listen();
	puts("ready");
	fflush(stdout);
	char line[256];
	while (1) {
		struct pollfd p[2] = { { PQsocket(conn), POLLIN, 0 }, { 0, POLLIN, 0 } };
		poll(p, 2, -1);
		if (p[0].revents)
			receive();
		if (p[1].revents) {
			/* One command at a time: the harness waits for each answer. */
			ssize_t n = read(0, line, sizeof line - 1);
			if (n <= 0)
				return 0;
			line[n] = 0;
			command(line);
		}
	}
}
