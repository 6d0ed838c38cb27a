/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.etcd;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/**
 * Which etcd, and as whom.
 *
 * @param endpoints such as {@code https://node1:2379}; the same for all members
 * @param userOrNull a user of etcd's; null where etcd asks for none, or knows him by his certificate
 * @param passwordOrNull of the user
 * @param caOrNull who signed the members' certificates, PEM; null for the JDK's own list
 * @param certificateOrNull of this client, PEM
 * @param keyOrNull its key, PEM, as PKCS 8 has it
 * @param patience how long a call may take
 */
public record EtcdOptions(
        List<String> endpoints,
        @Nullable String userOrNull,
        @Nullable String passwordOrNull,
        @Nullable Path caOrNull,
        @Nullable Path certificateOrNull,
        @Nullable Path keyOrNull,
        Duration patience) {
    /** How long a call may take where nothing else is said. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Pattern ADDRESS = Pattern.compile(
            "etcds?://((?:[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:]{2,39}\\]):\\d{1,5}(?:,(?:[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:]{2,39}\\]):\\d{1,5}){0,8})");

    public EtcdOptions {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * The endpoints that {@code etcd://HOST:PORT,HOST:PORT} or, by TLS, {@code etcds://HOST:PORT} names.
     *
     * @throws RefusedException EINVAL for what names none
     */
    public static List<String> endpoints(String address) {
        Matcher matcher = ADDRESS.matcher(address);
        if (!matcher.matches()) {
            throw new RefusedException(
                    Errno.EINVAL,
                    "no etcd is called " + address,
                    "Write etcd://HOST:PORT, with a comma between several members, or etcds:// for TLS.");
        }
        String scheme = address.startsWith("etcds:") ? "https://" : "http://";
        return Arrays.stream(matcher.group(1).split(",", -1))
                .map(host -> scheme + host)
                .toList();
    }

    /** Without TLS and users: for tests. */
    public static EtcdOptions plain(List<String> endpoints) {
        return new EtcdOptions(endpoints, null, null, null, null, null, PATIENCE);
    }

    /** The same as another user. */
    public EtcdOptions as(String user, String password) {
        return new EtcdOptions(endpoints, user, password, caOrNull, certificateOrNull, keyOrNull, patience);
    }

    /** Whether any endpoint is spoken to by TLS. */
    boolean isTls() {
        return endpoints.stream().anyMatch(e -> e.startsWith("https:"));
    }

    /** Without the password. */
    @Override
    public String toString() {
        return String.join(",", endpoints) + (userOrNull == null ? "" : " as " + userOrNull);
    }
}
