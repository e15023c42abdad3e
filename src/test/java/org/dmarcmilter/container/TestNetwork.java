package org.dmarcmilter.container;

import com.github.dockerjava.api.model.Network.Ipam;
import java.util.function.Function;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.Network.NetworkImpl;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.images.builder.Transferable;

/** A network of containers with one name server, which knows the test's records and nothing else. */
final class TestNetwork implements AutoCloseable {
    static final String IMAGE = "dmarc-milter-test-nsd";

    private static final String NSD = """
            server:
                ip-address: 0.0.0.0
                username: ""
                chroot: ""
                zonesdir: "/etc/nsd"
                server-count: 1
                rrl-ratelimit: 0
            remote-control:
                control-enable: no
            zone:
                name: "."
                zonefile: "root.zone"
            """;

    private static final String ZONE = """
            $ORIGIN .
            $TTL 60
            @ SOA ns.test. hostmaster.test. 1 3600 600 86400 60
            @ NS ns.test.
            ns.test. A 127.0.0.1
            """;

    private final NetworkImpl network;
    private final GenericContainer<?> server;

    private TestNetwork(NetworkImpl network, GenericContainer<?> server) {
        this.network = network;
        this.server = server;
    }

    /**
     * Starts a network.
     *
     * @param records makes lines of a zone file from the address under which this machine's connections arrive
     */
    static TestNetwork start(Function<String, String> records) {
        NetworkImpl network = (NetworkImpl) Network.newNetwork();
        GenericContainer<?> server = new GenericContainer<>(image())
                .withNetwork(network)
                .withCopyToContainer(Transferable.of(NSD), "/etc/nsd/nsd.conf")
                .withCopyToContainer(Transferable.of(ZONE + records.apply(gateway(network))), "/etc/nsd/root.zone")
                .waitingFor(Wait.forLogMessage(".*nsd started.*", 1));
        TestNetwork result = new TestNetwork(network, server);
        try {
            server.start();
        } catch (IllegalStateException e) {
            result.close();
            throw e;
        }
        return result;
    }

    String name() {
        return network.getName();
    }

    /** The address of the name server. */
    String nameServer() {
        return server.getContainerInfo()
                .getNetworkSettings()
                .getNetworks()
                .values()
                .iterator()
                .next()
                .getIpAddress();
    }

    @Override
    public void close() {
        server.stop();
        network.close();
    }

    private static String gateway(Network network) {
        Ipam ipam = Engine.client()
                .inspectNetworkCmd()
                .withNetworkId(network.getId())
                .exec()
                .getIpam();
        return ipam.getConfig().get(0).getGateway();
    }

    private static ImageFromDockerfile image() {
        return new ImageFromDockerfile(IMAGE, false)
                .withDockerfileFromBuilder(builder -> builder.from(Engine.debian())
                        .run("apt-get update"
                                + " && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nsd"
                                + " && apt-get clean && rm -rf /var/lib/apt/lists/*")
                        .cmd("nsd", "-d", "-c", "/etc/nsd/nsd.conf")
                        .build());
    }
}
