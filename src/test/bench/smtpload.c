/*
 * smtpload: sends messages by SMTP for a while and tells how long their server took, from the final dot to its reply and
 * for the whole of each message.
 *
 * build: cc -O2 -pthread -o smtpload smtpload.c
 * usage: smtpload -H FILE [options] PORT
 *   -H F  the message's header fields: one "Name: value" per line, \t at the line's start folds, {n} = 1, {m} = message number
 *   -c N  parallel connections (default 1)
 *   -k N  messages a session (default 1); with 1 the whole of a message includes the session's beginning, from its first octet
 *   -t S  for how many seconds (default 1)
 *   -b N  octets of the body (default 8192)
 * It connects to 127.0.0.1 from 127.0.0.2, because filters leave 127.0.0.1 alone.
 * output: messages, p50 and p99 from the final dot to the reply (ms), p50 and p99 of the whole message (ms), errors.
 * Exit 0 if each message was accepted.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 20 };

static int port, connections = 1, per_session = 1, seconds = 1, body_length = 8192;
static const char *header, *body;
static double end;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static double after_dot[MOST], whole[MOST];
static long messages, numbered, errors;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int send_all(int s, const char *text, size_t length) {
    while (length) {
        ssize_t sent = send(s, text, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return -1;
        text += sent;
        length -= sent;
    }
    return 0;
}

/* The code of one reply, which may have several lines; 0 if the connection ended. No server speaks unasked. */
static int reply(int s) {
    char text[4096];
    size_t length = 0;
    while (length < sizeof text - 1) {
        ssize_t got = recv(s, text + length, sizeof text - 1 - length, 0);
        if (got <= 0)
            return 0;
        length += got;
        text[length] = 0;
        char *last = text;
        for (char *line = text; (line = strstr(line, "\r\n")) && line[2]; line += 2)
            last = line + 2;
        if (text[length - 1] == '\n' && strlen(last) > 3 && last[3] != '-')
            return atoi(last);
    }
    return 0;
}

static int says(int s, const char *command, int expected) {
    if (send_all(s, command, strlen(command)) < 0)
        return 0;
    int code = reply(s);
    if (code != expected)
        fprintf(stderr, "%.40s answered %d\n", command, code);
    return code == expected;
}

static int begin(void) {
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002)};
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&from, sizeof from) || connect(s, (struct sockaddr *)&to, sizeof to)) {
        perror("connect");
        close(s);
        return -1;
    }
    if (reply(s) != 220 || !says(s, "EHLO mail.bench.test\r\n", 250)) {
        close(s);
        return -1;
    }
    return s;
}

/* The header fields with their line ends and the message's number. */
static size_t write_header(char *out, long number) {
    char *to = out;
    for (const char *from = header; *from;) {
        if (!strncmp(from, "{n}", 3)) {
            *to++ = '1';
            from += 3;
        } else if (!strncmp(from, "{m}", 3)) {
            to += sprintf(to, "%ld", number);
            from += 3;
        } else {
            if (*from == '\n')
                *to++ = '\r';
            *to++ = *from++;
        }
    }
    return to - out;
}

/* When the final dot was sent, and 0 if it came to nothing. */
static double send_message(int s, char *text) {
    pthread_mutex_lock(&lock);
    long number = numbered++;
    pthread_mutex_unlock(&lock);
    if (!says(s, "MAIL FROM:<bounce@d1.bench.test>\r\n", 250) || !says(s, "RCPT TO:<user@bench.test>\r\n", 250) ||
        !says(s, "DATA\r\n", 354))
        return 0;
    size_t length = write_header(text, number);
    length += sprintf(text + length, "\r\n%s", body);
    if (send_all(s, text, length) < 0)
        return 0;
    double dot = now();
    return says(s, "\r\n.\r\n", 250) ? dot : 0;
}

static void *client(void *unused) {
    (void)unused;
    char *text = malloc(4 * strlen(header) + body_length + 4096);
    int s = -1, left = 0;
    while (now() < end) {
        double start = now();
        if (s < 0) {
            s = begin();
            left = per_session;
            if (per_session > 1)
                start = now();
        }
        double dot = s < 0 ? 0 : send_message(s, text);
        double done = now();
        pthread_mutex_lock(&lock);
        if (dot && messages < MOST) {
            after_dot[messages] = done - dot;
            whole[messages++] = done - start;
        } else
            errors++;
        pthread_mutex_unlock(&lock);
        if (s < 0)
            usleep(10000);
        else if (!dot || --left == 0) {
            if (dot)
                says(s, "QUIT\r\n", 221);
            close(s);
            s = -1;
        }
    }
    if (s >= 0) {
        says(s, "QUIT\r\n", 221);
        close(s);
    }
    free(text);
    return NULL;
}

static char *file(const char *name) {
    FILE *f = fopen(name, "r");
    char *text = calloc(1, 1 << 16);
    if (!f || !fread(text, 1, (1 << 16) - 1, f)) {
        perror(name);
        exit(66);
    }
    fclose(f);
    return text;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double ms(const double *sorted, double part) { return messages ? sorted[(long)(part * messages)] * 1e3 : 0; }

int main(int argc, char **argv) {
    int option;
    while ((option = getopt(argc, argv, "H:c:k:t:b:")) != -1)
        switch (option) {
        case 'H':
            header = file(optarg);
            break;
        case 'c':
            connections = atoi(optarg);
            break;
        case 'k':
            per_session = atoi(optarg);
            break;
        case 't':
            seconds = atoi(optarg);
            break;
        case 'b':
            body_length = atoi(optarg);
            break;
        default:
            return 64;
        }
    if (!header || optind + 1 != argc) {
        fprintf(stderr, "usage: smtpload -H FILE [options] PORT\n");
        return 64;
    }
    port = atoi(argv[optind]);
    char *text = malloc(body_length + 1);
    for (int i = 0; i < body_length; i++)
        text[i] = i % 76 == 74 ? '\r' : i % 76 == 75 ? '\n' : 'a' + i % 26;
    text[body_length] = 0;
    body = text;
    end = now() + seconds;
    pthread_t threads[connections];
    for (int i = 0; i < connections; i++)
        pthread_create(&threads[i], NULL, client, NULL);
    for (int i = 0; i < connections; i++)
        pthread_join(threads[i], NULL);
    qsort(after_dot, messages, sizeof *after_dot, compare);
    qsort(whole, messages, sizeof *whole, compare);
    printf("%ld %.3f %.3f %.3f %.3f %ld\n", messages, ms(after_dot, .5), ms(after_dot, .99), ms(whole, .5), ms(whole, .99),
           errors);
    return errors || !messages;
}
