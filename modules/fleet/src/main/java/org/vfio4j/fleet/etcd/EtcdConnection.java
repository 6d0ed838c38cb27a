/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.etcd;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.SnapshotCodec;
import org.vfio4j.fleet.inventory.UnreachableException;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.RefusedException;

/** jetcd's client, whose calls end: with an answer, or with an error that has a number, in bounded time. */
final class EtcdConnection implements AutoCloseable {
    /** How many values are read at once: whatever somebody wrote, as much as etcd takes, they fit into a message. */
    static final int PAGE = 64;

    /** etcd takes 1.5 MiB at once (--max-request-bytes). */
    private static final int MAX_MESSAGE = 2 * PAGE * SnapshotCodec.MAX_BYTES;
    /** etcd takes a client that asks more often than every 5 s for an attacker (--grpc-keepalive-min-time), or when it watches nothing. */
    private static final Duration KEEPALIVE = Duration.ofSeconds(8);

    private static final String UNREACHED =
            "See whether its members run and can be reached from here, etcds:// where they want TLS: etcdctl endpoint health.";

    private static final Duration ALIVE_WITHIN = Duration.ofSeconds(4);
    private static final Duration CONNECTS_WITHIN = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final EtcdOptions options;
    private final Client client;

    EtcdConnection(EtcdOptions options) {
        this.options = options;
        ClientBuilder builder = Client.builder()
                .endpoints(options.endpoints().toArray(String[]::new))
                .loadBalancerPolicy("round_robin")
                .waitForReady(true)
                .connectTimeout(CONNECTS_WITHIN)
                .keepaliveTime(KEEPALIVE)
                .keepaliveTimeout(ALIVE_WITHIN)
                .keepaliveWithoutCalls(false)
                .retryMaxDuration(options.patience())
                .maxInboundMessageSize(MAX_MESSAGE);
        if (options.userOrNull() != null) {
            String password = options.passwordOrNull();
            builder.user(EtcdKeys.bytes(options.userOrNull()))
                    .password(EtcdKeys.bytes(password == null ? "" : password));
        }
        if (options.isTls()) {
            builder.sslContext(tls(options));
        }
        try {
            client = builder.build();
        } catch (RuntimeException e) {
            throw failure("connect to", e);
        }
    }

    Client client() {
        return client;
    }

    EtcdOptions options() {
        return options;
    }

    /**
     * Has a call done.
     *
     * @param what a verb with its object, for an error
     * @throws UnreachableException if there was no answer in time: whether it was done is not known
     * @throws RefusedException what etcd refused
     */
    <T> T call(String what, Supplier<CompletableFuture<T>> request) {
        CompletableFuture<T> answer = null;
        try {
            answer = request.get();
            return answer.get(options.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new UnreachableException(
                    Errno.ETIMEDOUT,
                    "etcd (" + options + ") did not " + what + " within "
                            + options.patience().toSeconds() + " s",
                    UNREACHED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException(Errno.EINTR, "interrupted while etcd was to " + what);
        } catch (ExecutionException | CompletionException | IllegalStateException e) {
            throw failure(what, e);
        } catch (EtcdException e) {
            throw failure(what, e);
        }
    }

    /**
     * The same for what may be done twice, as what only reads: it is tried again, within the patience, where a connection ended as it was sent, as to a
     * member that has just died. jetcd does not.
     */
    <T> T callAgain(String what, Supplier<CompletableFuture<T>> request) {
        long end = System.nanoTime() + options.patience().toNanos();
        while (true) {
            try {
                return call(what, request);
            } catch (UnreachableException e) {
                if (!(e.getCause() instanceof ClosedChannelException) || System.nanoTime() - end >= 0) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    /** Whether it is etcd's word for a lease or key that is not there. */
    static boolean isNotFound(ErrnoException e) {
        return e.errno() == Errno.ENOENT;
    }

    @Override
    public void close() {
        client.close();
    }

    private ErrnoException failure(String what, Throwable e) {
        Throwable cause = e;
        while (!(cause instanceof EtcdException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String text = "etcd (" + options + ") did not " + what + ": " + message(cause);
        return switch (code(cause)) {
            case PERMISSION_DENIED ->
                new RefusedException(Errno.EACCES, text, "See which keys the user's role allows: docs/fleet.md.");
            case UNAUTHENTICATED ->
                new RefusedException(
                        Errno.EACCES,
                        text,
                        "Name etcd's user and his password: VFIO4J_ETCD_USER, VFIO4J_ETCD_PASSWORD_FILE.");
            case INVALID_ARGUMENT -> invalid(text);
            case NOT_FOUND -> new RefusedException(Errno.ENOENT, text, "");
            case RESOURCE_EXHAUSTED ->
                new RefusedException(Errno.ENOSPC, text, "See etcd's alarms and its space: etcdctl alarm list.");
            default -> {
                UnreachableException unreachable = new UnreachableException(Errno.ECONNREFUSED, text, UNREACHED);
                unreachable.initCause(cause);
                yield unreachable;
            }
        };
    }

    private static Status.Code code(Throwable cause) {
        return cause instanceof EtcdException etcd
                ? Status.Code.valueOf(etcd.getErrorCode().name())
                : Status.fromThrowable(cause).getCode();
    }

    /** etcd answers a wrong password, or a user where it wants none, with this code. */
    private static RefusedException invalid(String text) {
        boolean isUser = text.contains("authentication") || text.contains("user name");
        return new RefusedException(
                isUser ? Errno.EACCES : Errno.EINVAL,
                text,
                isUser ? "See VFIO4J_ETCD_USER and VFIO4J_ETCD_PASSWORD_FILE." : "");
    }

    private static String message(Throwable cause) {
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return text.lines().findFirst().orElse("").strip();
    }

    private static SslContext tls(EtcdOptions options) {
        try {
            SslContextBuilder builder = GrpcSslContexts.forClient();
            if (options.caOrNull() != null) {
                builder.trustManager(file(options.caOrNull()));
            }
            if (options.certificateOrNull() != null) {
                builder.keyManager(file(options.certificateOrNull()), file(options.keyOrNull()));
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new RefusedException(
                    Errno.EINVAL,
                    "the certificates for etcd cannot be used: " + message(e),
                    "They are PEM files; a key is of the form PKCS 8 (-----BEGIN PRIVATE KEY-----): openssl pkcs8"
                            + " -topk8 -nocrypt.");
        }
    }

    private static File file(@Nullable Path path) {
        if (path == null || !java.nio.file.Files.isReadable(path)) {
            throw new RefusedException(
                    Errno.EACCES,
                    "the certificates for etcd cannot be read: " + (path == null ? "there is no key" : path),
                    "Name them: VFIO4J_ETCD_CACERT, VFIO4J_ETCD_CERT, VFIO4J_ETCD_KEY.");
        }
        return path.toFile();
    }
}
