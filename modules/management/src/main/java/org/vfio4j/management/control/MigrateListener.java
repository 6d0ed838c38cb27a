/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ByteChannel;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/**
 * Listens for other machines that bring devices: TLS 1.3, and only those with a certificate that a CA of ours has signed and, where names are
 * given, with one of these names.
 */
public final class MigrateListener implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MigrateListener.class.getName());
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int MAX_CONNECTIONS = 16;
    private static final long PAUSE_NANOS = 100_000_000;
    private static final long LOG_NANOS = 60_000_000_000L;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final ServerSocket server;
    private final TlsIdentity identity;
    private final Set<String> allowed;
    private final Consumer<ByteChannel> service;
    private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_NANOS);

    /** All of them, and those that have not shown their certificate, the oldest first; guarded by the first. */
    private final Set<Socket> connections = new HashSet<>();

    private final Set<Socket> strangers = new LinkedHashSet<>();

    private MigrateListener(
            ServerSocket server, TlsIdentity identity, Set<String> allowed, Consumer<ByteChannel> service) {
        this.server = server;
        this.identity = identity;
        this.allowed = Set.copyOf(allowed);
        this.service = service;
    }

    /**
     * Listens from now on, until it is closed.
     *
     * @param address ADDR:PORT, or ADDR
     * @param allowed names of which one must be in the certificate of who comes; none for all that are signed
     * @param service serves a connection and returns at its end
     */
    public static MigrateListener listen(
            String address, TlsIdentity identity, Set<String> allowed, Consumer<ByteChannel> service) {
        identity.server(); // what is wrong with the files is said now
        int colon = address.lastIndexOf(':');
        boolean hasPort = colon >= 0 && !address.endsWith("]");
        String host = hasPort ? address.substring(0, colon) : address;
        int port = hasPort ? PeerConnector.port(address.substring(colon + 1), address) : PeerConnector.DEFAULT_PORT;
        try {
            ServerSocket server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            MigrateListener listener = new MigrateListener(server, identity, allowed, service);
            Thread.ofPlatform().daemon().name("migrate listener").start(listener::accept);
            return listener;
        } catch (IOException e) {
            throw new RefusedException(
                    Errno.EADDRNOTAVAIL,
                    "cannot listen on " + address + ": " + e.getMessage(),
                    "Name an address of this machine and a free port with --migrate-listen.");
        }
    }

    /** Where it listens. */
    public int port() {
        return server.getLocalPort();
    }

    /** Ends every connection. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "close", e);
        }
        synchronized (connections) {
            connections.forEach(MigrateListener::close);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (admit(client)) {
                    Thread.ofPlatform().daemon().name("migrate client").start(() -> serve(client));
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.log(level(), "migrate listener: {0}", e.getMessage());
                    LockSupport.parkNanos(PAUSE_NANOS); // without descriptors left, the next would fail at once too
                }
            }
        }
    }

    /** Takes a connection in, in the place of the oldest stranger's where there are too many: whoever says nothing keeps nobody out. */
    private boolean admit(Socket client) {
        synchronized (connections) {
            if (connections.size() >= MAX_CONNECTIONS) {
                Socket oldest =
                        strangers.isEmpty() ? client : strangers.iterator().next();
                close(oldest);
                if (oldest.equals(client)) {
                    return false;
                }
                strangers.remove(oldest);
                connections.remove(oldest);
            }
            strangers.add(client);
            return connections.add(client);
        }
    }

    private void known(Socket client) {
        synchronized (connections) {
            strangers.remove(client);
        }
    }

    /** Strangers may not fill the log: they are written down once a minute. */
    private System.Logger.Level level() {
        long now = System.nanoTime();
        long last = lastLogged.get();
        return now - last >= LOG_NANOS && lastLogged.compareAndSet(last, now)
                ? System.Logger.Level.WARNING
                : System.Logger.Level.DEBUG;
    }

    private void serve(Socket client) {
        try {
            client.setTcpNoDelay(true);
            client.setSoTimeout(TIMEOUT_MILLIS);
            SSLContext context = identity.server();
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(client, null, true);
            socket.setEnabledProtocols(new String[] {TlsIdentity.PROTOCOL});
            socket.setNeedClientAuth(true);
            socket.startHandshake();
            requireAllowed((X509Certificate) socket.getSession().getPeerCertificates()[0]);
            known(client);
            service.accept(new TlsChannel(client, socket));
        } catch (IOException | RefusedException e) {
            // a certificate's names are the other side's text
            String why = String.valueOf(e.getMessage()).replaceAll("\\p{C}", "?");
            LOG.log(level(), "{0} was turned away: {1}", client.getRemoteSocketAddress(), why);
        } finally {
            synchronized (connections) {
                strangers.remove(client);
                connections.remove(client);
            }
            close(client);
        }
    }

    private void requireAllowed(X509Certificate certificate) {
        List<String> names = names(certificate);
        if (!allowed.isEmpty() && names.stream().noneMatch(allowed::contains)) {
            throw new RefusedException(Errno.EACCES, "none of its names " + names + " is allowed", "");
        }
    }

    /** The subject's common name, and the alternative names that are DNS names or addresses. */
    static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    names.add(String.valueOf(part.getValue()));
                }
            }
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                int kind = (Integer) alternative.getFirst();
                if (kind == DNS_NAME || kind == IP_ADDRESS) {
                    names.add(String.valueOf(alternative.get(1)));
                }
            }
        } catch (InvalidNameException | CertificateParsingException e) {
            LOG.log(System.Logger.Level.WARNING, "names of a certificate", e);
        }
        return names;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "close", e);
        }
    }
}
