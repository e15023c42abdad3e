/*
 * slowdns: a name server for benchmarks that answers each question after the same delay, or loses it. Whatever is below _dmarc has a
 * record with p=reject, every other name an SPF record that lets 192.0.2.0/24 pass; other types have no data.
 *
 * build: cc -O2 -o slowdns slowdns.c
 * usage: slowdns ADDRESS PORT DELAY-IN-MICROSECONDS [N: every Nth question is lost]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

enum { WAITING = 1 << 14, TYPE_TXT = 16, TTL = 3600 };

struct reply {
    int64_t due;
    struct sockaddr_in to;
    size_t length;
    unsigned char octets[512];
};

/* The delay is the same for all, so the first that came is the first that is due. */
static struct reply ring[WAITING];
static unsigned head, tail;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static size_t txt(unsigned char *out, const char *text) {
    size_t length = strlen(text);
    const unsigned char start[] = {0xc0, 12, 0, TYPE_TXT, 0, 1, 0, 0, TTL >> 8, TTL & 255, 0, length + 1, length};
    memcpy(out, start, sizeof start);
    memcpy(out + sizeof start, text, length);
    return sizeof start + length;
}

/* No answer: an SOA record of the root says how long that holds. */
static size_t soa(unsigned char *out) {
    const unsigned char record[] = {0, 0, 6, 0, 1, 0, 0, 1, 44, 0, 22, 0, 0, 0, 0, 0, 1, 0,
                                    0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 44};
    memcpy(out, record, sizeof record);
    return sizeof record;
}

/* Makes the question into its answer; 0 if it is none. */
static size_t answer(unsigned char *packet, size_t length) {
    size_t end = 12;
    while (end < length && packet[end])
        end += packet[end] + 1;
    if (length < 17 || end + 5 > length || end + 5 > 300)
        return 0;
    int is_txt = packet[end + 1] == 0 && packet[end + 2] == TYPE_TXT;
    int is_dmarc = packet[12] == 6 && !strncasecmp((char *)packet + 13, "_dmarc", 6);
    packet[2] = 0x84 | (packet[2] & 1);
    packet[3] = 0x80;
    memset(packet + 4, 0, 8);
    packet[5] = 1;
    packet[is_txt ? 7 : 9] = 1;
    unsigned char *out = packet + end + 5;
    if (!is_txt)
        return end + 5 + soa(out);
    return end + 5 + txt(out, is_dmarc ? "v=DMARC1; p=reject; rua=mailto:reports@bench.test" : "v=spf1 ip4:192.0.2.0/24 -all");
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: slowdns ADDRESS PORT DELAY-IN-MICROSECONDS [N]\n");
        return 64;
    }
    int64_t delay = atoll(argv[3]);
    long asked = 0, lost = argc == 5 ? atol(argv[4]) : 0;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int size = 4 << 20;
    setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (inet_pton(AF_INET, argv[1], &here.sin_addr) != 1 || bind(s, (struct sockaddr *)&here, sizeof here)) {
        perror(argv[1]);
        return 69;
    }
    for (;;) {
        int64_t left = head == tail ? -1 : ring[tail % WAITING].due - now();
        struct timespec wait = {.tv_sec = 0, .tv_nsec = left > 0 ? left % 1000000 * 1000 : 0};
        struct pollfd readable = {.fd = s, .events = head - tail < WAITING ? POLLIN : 0};
        ppoll(&readable, 1, left < 0 ? NULL : &wait, NULL);
        while (head - tail < WAITING) {
            struct reply *next = &ring[head % WAITING];
            socklen_t to_length = sizeof next->to;
            ssize_t length =
                recvfrom(s, next->octets, sizeof next->octets, 0, (struct sockaddr *)&next->to, &to_length);
            if (length < 0)
                break;
            next->length = answer(next->octets, length);
            next->due = now() + delay;
            asked++;
            if (next->length && (!lost || asked % lost))
                head++;
        }
        for (; head != tail && ring[tail % WAITING].due <= now(); tail++) {
            struct reply *due = &ring[tail % WAITING];
            sendto(s, due->octets, due->length, 0, (struct sockaddr *)&due->to, sizeof due->to);
        }
    }
}
