package org.dmarcmilter.milter;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.domain.ListenAddress;
import org.dmarcmilter.files.FileMode;

/**
 * A bound socket and, if we made one, its file.
 *
 * @param name for messages
 * @param file present if the file is ours to remove
 */
record ListeningSocket(ServerSocketChannel channel, String name, Optional<SocketFile> file) {
    /**
     * Connections that wait to be accepted: as many as Linux allows unless told otherwise (net.core.somaxconn). On a unix socket the next
     * one is refused, and an MTA that starts again opens some thousands at once.
     */
    private static final int BACKLOG = 4096;

    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    /** A file in the file system that may be somebody else's by now, under the same name. */
    record SocketFile(Path path, Object key) {
        void removeIfOurs() throws IOException {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && key.equals(keyOf(path))) {
                Files.delete(path);
            }
        }
    }

    /**
     * Binds. Resolves host names and touches the file system, so not for an event loop.
     *
     * @param umask mode bits that a socket file must not have; without it, the process's own umask does its work
     * @throws IOException with a message for the operator
     */
    static ListeningSocket bind(ListenAddress address, OptionalInt umask) throws IOException {
        try {
            return address instanceof ListenAddress.Local local
                    ? bindLocal(local, umask)
                    : bindInet((ListenAddress.Inet) address);
        } catch (SocketException | FileSystemException cause) {
            throw new IOException("cannot listen on " + address + ": " + reason(address, cause), cause);
        } catch (UnknownHostException cause) {
            throw new IOException("cannot listen on " + address + ": the host has no address of this kind", cause);
        } catch (UnsupportedOperationException cause) {
            // What Java says where the kernel has no IPv6.
            throw new IOException("cannot listen on " + address + ": this machine has no IPv6", cause);
        }
    }

    /** A socket that was bound by who started us. */
    static ListeningSocket inherited(ServerSocketChannel channel) throws IOException {
        return new ListeningSocket(channel, "inherited socket " + channel.getLocalAddress(), Optional.empty());
    }

    boolean isLocal() throws IOException {
        return channel.getLocalAddress() instanceof UnixDomainSocketAddress;
    }

    private static ListeningSocket bindInet(ListenAddress.Inet address) throws IOException {
        InetSocketAddress socket = new InetSocketAddress(resolve(address), address.port());
        // A socket of the default family would listen on IPv6 as well where IPv4 was asked for.
        ServerSocketChannel channel = ServerSocketChannel.open(family(address));
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(socket, BACKLOG);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
        return new ListeningSocket(channel, address.toString(), Optional.empty());
    }

    private static ProtocolFamily family(ListenAddress.Inet address) {
        return address.family() == IpAddress.Family.IPV6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    private static Path path(ListenAddress.Local address) {
        return Path.of(address.path()).toAbsolutePath();
    }

    private static InetAddress resolve(ListenAddress.Inet address) throws UnknownHostException {
        int octets = address.family().bits() / Byte.SIZE;
        if (address.host().isEmpty()) {
            return InetAddress.getByAddress(new byte[octets]);
        }
        Optional<IpAddress> literal = IpAddress.parse(address.host().get());
        InetAddress[] candidates = literal.isPresent()
                ? new InetAddress[] {InetAddress.getByAddress(literal.get().octets())}
                : InetAddress.getAllByName(address.host().get());
        for (InetAddress candidate : candidates) {
            if (candidate.getAddress().length == octets) {
                return candidate;
            }
        }
        throw new UnknownHostException(address.host().get());
    }

    /**
     * The file appears under its name only when it listens and has its mode: it is bound in a directory that nobody else
     * can enter, and moved from there. The move also replaces a file that a killed process left.
     */
    private static ListeningSocket bindLocal(ListenAddress.Local address, OptionalInt umask) throws IOException {
        Path path = path(address);
        Path directory = directoryOf(path);
        checkFree(address, path);
        Path closed = directory.resolve(
                "." + Integer.toHexString(ThreadLocalRandom.current().nextInt(1 << 24)));
        Files.createDirectory(
                closed, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path bound = closed.resolve("s");
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(bound), BACKLOG);
            if (umask.isPresent()) {
                Files.setPosixFilePermissions(bound, FileMode.ofSocket(umask.getAsInt()));
            }
            SocketFile file = new SocketFile(path, keyOf(bound));
            Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
            return new ListeningSocket(channel, address.toString(), Optional.of(file));
        } catch (IOException | RuntimeException failure) {
            channel.close();
            Files.deleteIfExists(bound);
            throw failure;
        } finally {
            Files.deleteIfExists(closed);
        }
    }

    /** Only a socket that nobody answers on may be replaced. */
    private static void checkFree(ListenAddress address, Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new IOException("cannot listen on " + address
                    + ": there is a file of that name, and it is no socket. Move it away, or choose another path");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            var unused = probe.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException refused) {
            return;
        }
        throw new IOException(
                "cannot listen on " + address + ": another process listens there. Stop it, or choose another path");
    }

    private static Object keyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static Path directoryOf(Path path) {
        return Optional.ofNullable(path.getParent()).orElse(path);
    }

    /** The file that the system complains of is one that we made up, so its directory is named. */
    private static String reason(ListenAddress address, IOException cause) {
        if (address instanceof ListenAddress.Local local) {
            Path directory = directoryOf(path(local));
            if (cause instanceof AccessDeniedException) {
                return "no permission to make a file in " + directory + ". Change its owner, or choose another path";
            }
            if (cause instanceof NoSuchFileException) {
                return "the directory " + directory + " does not exist. Create it, or choose another path";
            }
        }
        return String.valueOf(cause.getMessage());
    }
}
