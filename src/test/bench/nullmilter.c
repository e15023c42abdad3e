/*
 * nullmilter: the least that a milter can do. It negotiates the steps a DMARC
 * filter needs, reads everything, and at the end of each message inserts one
 * header and accepts. One thread, epoll, no DNS. Its figures are the limit
 * that the load generator and the kernel set on this machine.
 *
 * build: cc -O2 -o nullmilter nullmilter.c
 * usage: nullmilter PORT | nullmilter unix:PATH
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct conn {
    int fd;
    size_t len;
    unsigned char in[1 << 17];
};
static size_t pkt(unsigned char *o, char c, const void *d, size_t n) {
    uint32_t l = htonl(n + 1);
    memcpy(o, &l, 4);
    o[4] = c;
    memcpy(o + 5, d, n);
    return n + 5;
}
int main(int argc, char **argv) {
    if (argc != 2)
        return 64;
    struct sockaddr_storage a = {0};
    socklen_t al;
    int on = 1;
    if (!strncmp(argv[1], "unix:", 5)) {
        struct sockaddr_un *u = (void *)&a;
        u->sun_family = AF_UNIX;
        strcpy(u->sun_path, argv[1] + 5);
        unlink(u->sun_path);
        al = sizeof *u;
    } else {
        struct sockaddr_in *i = (void *)&a;
        i->sin_family = AF_INET;
        i->sin_port = htons(atoi(argv[1]));
        i->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        al = sizeof *i;
    }
    int s = socket(a.ss_family, SOCK_STREAM, 0);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (void *)&a, al) || listen(s, 1024)) {
        perror("bind");
        return 69;
    }
    int ep = epoll_create1(0);
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL}, evs[128];
    epoll_ctl(ep, EPOLL_CTL_ADD, s, &ev);
    static const char hdr[] =
        "\0\0\0\0Authentication-Results\0mx.bench.test; dmarc=pass (p=reject dis=none) header.from=d1.bench.test";
    for (;;) {
        int n = epoll_wait(ep, evs, 128, -1);
        for (int i = 0; i < n; i++) {
            struct conn *c = evs[i].data.ptr;
            if (!c) {
                int fd = accept4(s, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0)
                    continue;
                if (a.ss_family == AF_INET)
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                c = malloc(sizeof *c);
                c->fd = fd;
                c->len = 0;
                ev.data.ptr = c;
                epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
                continue;
            }
            ssize_t r = read(c->fd, c->in + c->len, sizeof c->in - c->len);
            if (r <= 0) {
                close(c->fd);
                free(c);
                continue;
            }
            c->len += r;
            size_t off = 0, ol = 0;
            unsigned char out[4096];
            while (c->len - off >= 5) {
                uint32_t l;
                memcpy(&l, c->in + off, 4);
                l = ntohl(l);
                if (c->len - off < 4 + l)
                    break;
                char cmd = c->in[off + 4];
                off += 4 + l;
                if (cmd == 'O') {
                    uint32_t neg[3] = {htonl(6), htonl(0x1f),
                                       htonl(0x08 | 0x10 | 0x80 | 0x100 | 0x200 | 0x1000 | 0x2000 | 0x4000 | 0x40000)};
                    ol += pkt(out + ol, 'O', neg, 12);
                } else if (cmd == 'E') {
                    ol += pkt(out + ol, 'i', hdr, sizeof hdr);
                    ol += pkt(out + ol, 'a', "", 0);
                } else if (cmd == 'Q') {
                    shutdown(c->fd, SHUT_RDWR);
                }
            }
            memmove(c->in, c->in + off, c->len - off);
            c->len -= off;
            if (ol && write(c->fd, out, ol) != (ssize_t)ol)
                perror("write");
        }
    }
}
