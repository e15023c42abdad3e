/*
 * milterload: a load generator that speaks the MTA side of the Sendmail
 * milter protocol (version 6), as Postfix does: it negotiates, honours the
 * step and no-reply flags that the filter asks for, waits for each reply, and
 * sends several messages over one connection.
 *
 * build:  cc -O2 -o milterload milterload.c
 * usage:  milterload -H FILE [options] HOST PORT | milterload -H FILE [options] unix:PATH
 *   -c N   parallel connections (default 16)
 *   -m N   messages in all (default 20000)
 *   -k N   messages per connection before it is closed and opened again (default 10)
 *   -d N   how many different author domains to cycle through (default 100)
 *   -D N   number of the first of them (default 0), to ask for domains that nobody has asked for
 *   -H F   the message's header fields, to be given: one "Name: value" per line, \t at the line's start folds,
 *          {n} = domain number, {m} = message number; see the folder "messages". Given several times, the messages take turns
 *   -b N   body size in bytes (default 8192), sent only if the filter wants bodies
 *   -B F   the body itself, at most 65535 bytes, in place of one that is made up
 *   -t S   give up after S seconds (default 120)
 *   -P S   tag printed in the result line
 *   -W N   warm-up messages that are not counted (default 0)
 *   -x N   break off every Nth message in the middle of its fields, by turns with the connection and with SMFIC_ABORT;
 *          not together with -W
 *   -n     use half of the connections anew with SMFIC_QUIT_NC instead of closing them
 *   -p PID report CPU time of that process over the counted part, and its peak memory over all of this load
 * output: one line of JSON. A connection that is refused counts as an error and is tried again. Exit 0 if there was
 *         no error and every message got a final verdict.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    P_NOCONNECT = 1,
    P_NOHELO = 2,
    P_NOMAIL = 4,
    P_NORCPT = 8,
    P_NOBODY = 0x10,
    P_NOHDRS = 0x20,
    P_NOEOH = 0x40,
    P_NR_HDR = 0x80,
    P_NOUNKNOWN = 0x100,
    P_NODATA = 0x200,
    P_SKIP = 0x400,
    P_RCPT_REJ = 0x800,
    P_NR_CONN = 0x1000,
    P_NR_HELO = 0x2000,
    P_NR_MAIL = 0x4000,
    P_NR_RCPT = 0x8000,
    P_NR_DATA = 0x10000,
    P_NR_UNKN = 0x20000,
    P_NR_EOH = 0x40000,
    P_NR_BODY = 0x80000,
    P_HDR_LEADSPC = 0x100000
};

enum step { S_NEG, S_CONNECT, S_HELO, S_MAIL, S_RCPT, S_DATA, S_HDR, S_EOH, S_BODY, S_EOM, S_DONE, S_BROKEN };

struct conn {
    int fd;
    enum step step;
    uint32_t flags;
    int hdr;
    size_t body_sent;
    long msg;
    int msgs_here;
    unsigned char in[1 << 16];
    size_t in_len;
    unsigned char *out;
    size_t out_len, out_off, out_cap;
    struct timespec start, eom;
    int skip_body;
    int in_message;
    unsigned gen; /* counts sockets: a new one may reuse the number of the old */
};

static struct {
    int c;
    long m;
    int k;
    long d, D;
    size_t b;
    int t;
    const char *tag;
    long w;
    int pid;
    long x;
    int n;
} o = {16, 20000, 10, 100, 0, 8192, 120, "", 0, 0, 0, 0};
struct field {
    char *name, *value;
};
/* The fields of one kind of message. */
struct kind {
    struct field fields[512];
    int count;
};
static struct kind *kinds[16];
static int nkinds;
static char *body;
static int ep;
static long next_msg, done_msg, lost_msg, broken_msg, errors;
static int refused; /* connections that wait for another try */
static long verdict[256];
static double *lat, *eomlat;
static long nlat;
static struct sockaddr_storage addr;
static socklen_t addr_len;

static double since(struct timespec a) {
    struct timespec b;
    clock_gettime(CLOCK_MONOTONIC, &b);
    return (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9;
}

static void put(struct conn *c, const void *p, size_t n) {
    if (c->out_len + n > c->out_cap) {
        c->out_cap = (c->out_len + n) * 2 + 4096;
        c->out = realloc(c->out, c->out_cap);
    }
    memcpy(c->out + c->out_len, p, n);
    c->out_len += n;
}
static void pkt(struct conn *c, char cmd, const void *p, size_t n) {
    uint32_t l = htonl(n + 1);
    put(c, &l, 4);
    put(c, &cmd, 1);
    if (n)
        put(c, p, n);
}
static void macro(struct conn *c, char stage, const char *const *kv) {
    char b[2048];
    size_t n = 0;
    b[n++] = stage;
    for (int i = 0; kv[i]; i++) {
        size_t l = strlen(kv[i]) + 1;
        memcpy(b + n, kv[i], l);
        n += l;
    }
    pkt(c, 'D', b, n);
}
static size_t subst(char *dst, const char *src, long n, long m) {
    char *d = dst;
    while (*src) {
        if (!strncmp(src, "{n}", 3)) {
            d += sprintf(d, "%ld", n);
            src += 3;
        } else if (!strncmp(src, "{m}", 3)) {
            d += sprintf(d, "%ld", m);
            src += 3;
        } else
            *d++ = *src++;
    }
    *d = 0;
    return d - dst;
}
static const struct kind *kind_of(const struct conn *c) { return kinds[c->msg % nkinds]; }
static int is_broken(const struct conn *c) { return o.x && c->msg % o.x == o.x - 1; }
static long domain_of(const struct conn *c) { return o.D + c->msg % o.d; }

static int open_conn(struct conn *c) {
    c->fd = socket(addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0)
        return -1;
    int one = 1;
    if (addr.ss_family != AF_UNIX)
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (struct sockaddr *)&addr, addr_len) < 0 && errno != EINPROGRESS) {
        close(c->fd);
        c->fd = -1;
        return -1;
    }
    c->gen++;
    c->in_message = 0;
    c->in_len = c->out_len = c->out_off = 0;
    c->step = S_NEG;
    c->msgs_here = 0;
    c->flags = 0;
    uint32_t neg[3] = {htonl(6), htonl(0x1ff), htonl(0x1fffff)};
    pkt(c, 'O', neg, 12);
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    return epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev);
}

static const char *const m_conn[] = {
    "j", "mx.bench.test", "{daemon_name}", "mx.bench.test", "{daemon_addr}", "127.0.0.1", "v", "Postfix 3.7.11", NULL};
static const char *const m_none[] = {NULL};

/* Queue commands until one that needs a reply has been queued; 0 = wait for a reply. */
static void advance(struct conn *c) {
    char b[70000];
    size_t n;
    for (;;)
        switch (c->step) {
        case S_CONNECT:
            c->step = S_HELO;
            if (!(c->flags & P_NOCONNECT)) {
                macro(c, 'C', m_conn);
                n = sprintf(b, "mail.bench.test") + 1;
                b[n++] = '4';
                uint16_t p = htons(40000);
                memcpy(b + n, &p, 2);
                n += 2;
                n += sprintf(b + n, "192.0.2.%ld", c->msg % 250 + 1) + 1;
                pkt(c, 'C', b, n);
                if (!(c->flags & P_NR_CONN))
                    return;
            }
            break;
        case S_HELO:
            c->step = S_MAIL;
            if (!(c->flags & P_NOHELO)) {
                macro(c, 'H', m_none);
                pkt(c, 'H', "mail.bench.test", 16);
                if (!(c->flags & P_NR_HELO))
                    return;
            }
            break;
        case S_MAIL: {
            c->step = S_RCPT;
            clock_gettime(CLOCK_MONOTONIC, &c->start);
            if (!(c->flags & P_NOMAIL)) {
                char sender[128];
                sprintf(sender, "bounce@d%ld.bench.test", domain_of(c));
                const char *mm[] = {"{mail_mailer}", "smtp", "{mail_addr}", sender, NULL};
                macro(c, 'M', mm);
                n = sprintf(b, "<%s>", sender) + 1;
                n += sprintf(b + n, "SIZE=9000") + 1;
                pkt(c, 'M', b, n);
                if (!(c->flags & P_NR_MAIL))
                    return;
            }
            break;
        }
        case S_RCPT:
            c->step = S_DATA;
            if (!(c->flags & P_NORCPT)) {
                char qid[32];
                sprintf(qid, "4%010lX", c->msg);
                const char *mm[] = {"i", qid, "{rcpt_addr}", "user@bench.test", NULL};
                macro(c, 'R', mm);
                pkt(c, 'R', "<user@bench.test>", 18);
                if (!(c->flags & P_NR_RCPT))
                    return;
            }
            break;
        case S_DATA: {
            c->step = S_HDR;
            c->hdr = 0;
            char qid[32];
            sprintf(qid, "4%010lX", c->msg);
            const char *mm[] = {"i", qid, NULL};
            if (!(c->flags & P_NODATA)) {
                macro(c, 'T', mm);
                pkt(c, 'T', NULL, 0);
                if (!(c->flags & P_NR_DATA))
                    return;
            }
            break;
        }
        case S_HDR: {
            const struct kind *kind = kind_of(c);
            if (is_broken(c) && c->hdr == kind->count / 2) {
                c->step = S_BROKEN;
                return;
            }
            if ((c->flags & P_NOHDRS) || c->hdr == kind->count) {
                c->step = S_EOH;
                break;
            }
            n = sprintf(b, "%s", kind->fields[c->hdr].name) + 1;
            if (c->flags & P_HDR_LEADSPC)
                b[n++] = ' ';
            n += subst(b + n, kind->fields[c->hdr].value, domain_of(c), c->msg) + 1;
            c->hdr++;
            pkt(c, 'L', b, n);
            if (!(c->flags & P_NR_HDR))
                return;
            break;
        }
        case S_EOH:
            c->step = S_BODY;
            c->body_sent = 0;
            c->skip_body = 0;
            if (!(c->flags & P_NOEOH)) {
                char qid[32];
                sprintf(qid, "4%010lX", c->msg);
                const char *mm[] = {"i", qid, NULL};
                macro(c, 'N', mm);
                pkt(c, 'N', NULL, 0);
                if (!(c->flags & P_NR_EOH))
                    return;
            }
            break;
        case S_BODY:
            if ((c->flags & P_NOBODY) || c->skip_body || c->body_sent >= o.b) {
                c->step = S_EOM;
                break;
            }
            n = o.b - c->body_sent;
            if (n > 65535)
                n = 65535;
            pkt(c, 'B', body, n);
            c->body_sent += n;
            if (!(c->flags & P_NR_BODY))
                return;
            break;
        case S_EOM: {
            char qid[32];
            sprintf(qid, "4%010lX", c->msg);
            const char *mm[] = {"i", qid, NULL};
            macro(c, 'E', mm);
            clock_gettime(CLOCK_MONOTONIC, &c->eom);
            pkt(c, 'E', NULL, 0);
            c->step = S_DONE;
            return;
        }
        default:
            return;
        }
}
static int flush_out(struct conn *c) {
    while (c->out_off < c->out_len) {
        ssize_t w = write(c->fd, c->out + c->out_off, c->out_len - c->out_off);
        if (w < 0)
            return errno == EAGAIN ? 0 : -1;
        c->out_off += w;
    }
    c->out_off = c->out_len = 0;
    return 0;
}
static void reopen(struct conn *c);
static void take_message(struct conn *c);
static void close_conn(struct conn *c) {
    flush_out(c);
    close(c->fd);
    c->fd = -1;
}
/* Goes on until a reply is needed, or the message is broken off and the next one is on its way. */
static void go_on(struct conn *c) {
    advance(c);
    if (c->step != S_BROKEN)
        return;
    done_msg++;
    broken_msg++;
    c->in_message = 0;
    if (c->msg / o.x % 2) {
        pkt(c, 'A', NULL, 0);
        take_message(c);
    } else {
        close_conn(c);
        reopen(c);
    }
}
static void take_message(struct conn *c) {
    int used_up = c->msgs_here >= o.k;
    if (used_up && o.n && next_msg % 2 && next_msg < o.m + o.w) {
        pkt(c, 'K', NULL, 0);
        c->msgs_here = used_up = 0;
    }
    if (used_up || next_msg >= o.m + o.w) {
        pkt(c, 'Q', NULL, 0);
        close_conn(c);
        reopen(c);
        return;
    }
    c->msg = next_msg++;
    c->in_message = 1;
    c->step = c->msgs_here++ == 0 ? S_CONNECT : S_MAIL;
    go_on(c);
}
static void reopen(struct conn *c) {
    if (next_msg < o.m + o.w && open_conn(c) < 0) {
        if (!errors++)
            perror("connect");
        refused++;
    }
}
static struct timespec t0;
static double cpu0;
static double cpu_of(int pid) {
    char p[64], b[2048];
    sprintf(p, "/proc/%d/stat", pid);
    FILE *f = fopen(p, "r");
    if (!f)
        return 0;
    size_t n = fread(b, 1, sizeof b - 1, f);
    fclose(f);
    b[n] = 0;
    char *q = strrchr(b, ')');
    long u = 0, s = 0;
    sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &u, &s);
    return (double)(u + s) / sysconf(_SC_CLK_TCK);
}
/* Peak memory shall be that of this load, not of what was before. */
static void forget_peak(int pid) {
    char p[64];
    sprintf(p, "/proc/%d/clear_refs", pid);
    FILE *f = fopen(p, "w");
    if (!f || fputs("5", f) < 0 || fclose(f))
        perror(p);
}
static void finish(struct conn *c, unsigned char v) {
    verdict[v]++;
    done_msg++;
    c->in_message = 0;
    if (done_msg > o.w) {
        lat[nlat] = since(c->start);
        eomlat[nlat++] = since(c->eom);
    }
    if (done_msg == o.w) {
        clock_gettime(CLOCK_MONOTONIC, &t0);
        if (o.pid)
            cpu0 = cpu_of(o.pid);
        memset(verdict, 0, sizeof verdict);
    }
    take_message(c);
}
static int on_reply(struct conn *c, unsigned char r, const unsigned char *p, size_t n) {
    if (c->step == S_NEG) {
        if (r != 'O' || n < 12)
            return -1;
        uint32_t f;
        memcpy(&f, p + 8, 4);
        c->flags = ntohl(f);
        take_message(c);
        return 0;
    }
    if (c->step == S_DONE) {
        switch (r) {
        case 'c':
        case 'a':
        case 'r':
        case 't':
        case 'd':
        case 'y':
            finish(c, r);
            return 0;
        default:
            verdict[r]++;
            return 0; /* modifications: h i m q + - p ... */
        }
    }
    switch (r) {
    case 'c':
        go_on(c);
        return 0;
    case 's':
        c->skip_body = 1;
        go_on(c);
        return 0;
    case 'p':
        return 0;
    case 'a':
    case 'r':
    case 't':
    case 'd':
    case 'y':
        /* a verdict before the end: Postfix sends no more of this message (accept) or aborts it */
        c->eom = c->start;
        if (r != 'a')
            pkt(c, 'A', NULL, 0);
        if (c->step == S_HELO || c->step == S_MAIL)
            c->msgs_here = o.k; /* verdict on the connection */
        finish(c, r);
        return 0;
    default:
        fprintf(stderr, "unexpected reply %c (0x%02x) at step %d\n", r, r, c->step);
        return -1;
    }
}
static int on_read(struct conn *c) {
    for (;;) {
        ssize_t r = read(c->fd, c->in + c->in_len, sizeof c->in - c->in_len);
        if (r == 0)
            return -1;
        if (r < 0)
            return errno == EAGAIN ? 0 : -1;
        c->in_len += r;
        size_t off = 0;
        while (c->in_len - off >= 5) {
            uint32_t l;
            memcpy(&l, c->in + off, 4);
            l = ntohl(l);
            if (l == 0 || l > sizeof c->in - 4)
                return -1;
            if (c->in_len - off < 4 + l)
                break;
            unsigned gen = c->gen;
            if (on_reply(c, c->in[off + 4], c->in + off + 5, l - 1) < 0)
                return -1;
            if (c->fd < 0 || c->gen != gen)
                return 1; /* closed, or closed and opened again */
            off += 4 + l;
        }
        memmove(c->in, c->in + off, c->in_len - off);
        c->in_len -= off;
    }
}
static int cmp(const void *a, const void *b) {
    double x = *(double *)a, y = *(double *)b;
    return x < y ? -1 : x > y;
}
static double q(double *v, long n, double p) {
    if (!n)
        return 0;
    long i = p * n;
    if (i >= n)
        i = n - 1;
    return v[i] * 1e3;
}

static void add_field(struct kind *kind, char *line) {
    char *colon = strchr(line, ':');
    if (!colon || kind->count == 512)
        return;
    *colon = 0;
    kind->fields[kind->count].name = line;
    kind->fields[kind->count++].value = colon[1] == ' ' ? colon + 2 : colon + 1;
}
static void read_kind(const char *file) {
    FILE *f = fopen(file, "r");
    if (!f || nkinds == sizeof kinds / sizeof *kinds) {
        perror(file);
        exit(66);
    }
    struct kind *kind = kinds[nkinds++] = calloc(1, sizeof *kind);
    char *line = NULL, *field = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, f)) > 0) {
        while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            line[--n] = 0;
        if (line[0] == '\t' && field) {
            field = realloc(field, strlen(field) + n + 2);
            strcat(field, "\n");
            strcat(field, line);
        } else if (n) {
            if (field)
                add_field(kind, field);
            field = strdup(line);
        }
    }
    if (field)
        add_field(kind, field);
    free(line);
    fclose(f);
}
static void read_body(const char *file) {
    FILE *f = fopen(file, "r");
    body = malloc(65536);
    o.b = f ? fread(body, 1, 65536, f) : 0;
    if (!f || ferror(f) || o.b > 65535) {
        fprintf(stderr, "%s: cannot be read, or more than 65535 bytes\n", file);
        exit(66);
    }
    fclose(f);
}
int main(int argc, char **argv) {
    int ch;
    while ((ch = getopt(argc, argv, "c:m:k:d:D:H:b:B:t:P:W:x:np:")) != -1)
        switch (ch) {
        case 'c':
            o.c = atoi(optarg);
            break;
        case 'm':
            o.m = atol(optarg);
            break;
        case 'k':
            o.k = atoi(optarg);
            break;
        case 'd':
            o.d = atol(optarg);
            break;
        case 'D':
            o.D = atol(optarg);
            break;
        case 'H':
            read_kind(optarg);
            break;
        case 'b':
            o.b = atol(optarg);
            break;
        case 'B':
            read_body(optarg);
            break;
        case 't':
            o.t = atoi(optarg);
            break;
        case 'P':
            o.tag = optarg;
            break;
        case 'W':
            o.w = atol(optarg);
            break;
        case 'x':
            o.x = atol(optarg);
            break;
        case 'n':
            o.n = 1;
            break;
        case 'p':
            o.pid = atoi(optarg);
            break;
        default:
            return 64;
        }
    if (optind >= argc || !nkinds || o.x == 1 || (o.x && o.w)) {
        fprintf(stderr, "usage: milterload -H FILE [options] HOST PORT | unix:PATH\n");
        return 64;
    }
    if (!strncmp(argv[optind], "unix:", 5)) {
        struct sockaddr_un *u = (void *)&addr;
        u->sun_family = AF_UNIX;
        strncpy(u->sun_path, argv[optind] + 5, sizeof u->sun_path - 1);
        addr_len = sizeof *u;
    } else {
        struct sockaddr_in *a = (void *)&addr;
        a->sin_family = AF_INET;
        a->sin_port = htons(atoi(argv[optind + 1]));
        if (inet_pton(AF_INET, argv[optind], &a->sin_addr) != 1) {
            fprintf(stderr, "HOST must be an IPv4 address\n");
            return 64;
        }
        addr_len = sizeof *a;
    }
    if (!body) {
        body = malloc(65536);
        for (int i = 0; i < 65536; i++)
            body[i] = i % 76 == 75 ? '\n' : 'a' + i % 26;
    }
    lat = malloc(sizeof(double) * (o.m + 1));
    eomlat = malloc(sizeof(double) * (o.m + 1));
    ep = epoll_create1(0);
    struct conn *cs = calloc(o.c, sizeof *cs);
    clock_gettime(CLOCK_MONOTONIC, &t0);
    struct timespec begin = t0;
    if (o.pid) {
        forget_peak(o.pid);
        cpu0 = cpu_of(o.pid);
    }
    for (int i = 0; i < o.c; i++)
        reopen(&cs[i]);
    struct epoll_event ev[256];
    while (done_msg + lost_msg < o.m + o.w && since(begin) < o.t) {
        int n = epoll_wait(ep, ev, 256, refused ? 10 : 1000);
        if (refused) {
            refused = 0;
            for (int i = 0; i < o.c; i++)
                if (cs[i].fd < 0)
                    reopen(&cs[i]);
        }
        for (int i = 0; i < n; i++) {
            struct conn *c = ev[i].data.ptr;
            if (c->fd < 0)
                continue;
            int fd = c->fd, bad = 0;
            unsigned gen = c->gen;
            if (ev[i].events & (EPOLLERR | EPOLLHUP))
                bad = 1;
            if (!bad && (ev[i].events & EPOLLIN)) {
                int r = on_read(c);
                if (r == 1)
                    continue;
                bad = r < 0;
            }
            if (!bad)
                bad = flush_out(c) < 0;
            if (!bad && c->gen == gen && (ev[i].events & EPOLLOUT)) {
                struct epoll_event e = {.events = EPOLLIN | (c->out_len ? EPOLLOUT : 0), .data.ptr = c};
                epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e);
            } else if (!bad && c->out_len) {
                struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
                epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e);
            }
            if (bad) {
                errors++;
                lost_msg += c->in_message;
                close(c->fd);
                c->fd = -1;
                if (c->step == S_NEG)
                    refused++;
                else
                    reopen(c);
            }
        }
    }
    double s = since(t0);
    double cpu = o.pid ? cpu_of(o.pid) - cpu0 : 0;
    long rss = 0;
    if (o.pid) {
        char p[64], l[256];
        sprintf(p, "/proc/%d/status", o.pid);
        FILE *f = fopen(p, "r");
        if (f) {
            while (fgets(l, sizeof l, f))
                sscanf(l, "VmHWM: %ld", &rss);
            fclose(f);
        }
    }
    qsort(lat, nlat, sizeof *lat, cmp);
    qsort(eomlat, nlat, sizeof *eomlat, cmp);
    printf(
        "{\"tag\":\"%s\",\"messages\":%ld,\"broken\":%ld,\"errors\":%ld,\"seconds\":%.3f,\"msg_per_s\":%.0f,\"msg_ms\":{\"p50\":%.3f,"
        "\"p95\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f},\"eom_ms\":{\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}",
        o.tag, nlat, broken_msg, errors, s, nlat / s, q(lat, nlat, .5), q(lat, nlat, .95), q(lat, nlat, .99), q(lat, nlat, .999),
        q(lat, nlat, 1), q(eomlat, nlat, .5), q(eomlat, nlat, .99), q(eomlat, nlat, 1));
    if (o.pid)
        printf(",\"cpu_us_per_msg\":%.1f,\"peak_rss_kib\":%ld", nlat ? cpu / nlat * 1e6 : 0, rss);
    printf(",\"replies\":{");
    int first = 1;
    for (int i = 0; i < 256; i++)
        if (verdict[i]) {
            printf("%s\"%c\":%ld", first ? "" : ",", i, verdict[i]);
            first = 0;
        }
    printf("}}\n");
    return errors || nlat + broken_msg < o.m ? 1 : 0;
}
