/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.etcd;

import io.etcd.jetcd.ByteSequence;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The keys, below the version of their layout:
 *
 * <pre>
 * /vfio4j/1/hosts/HOST               what a host has; it is its agent's lease that keeps it
 * /vfio4j/1/reservations/HOST/UUID   capacity that is claimed; each has a lease of its own
 * /vfio4j/1/ledgers/HOST             changes with every reservation that is made on a host: who makes one says which he knew of
 * </pre>
 */
final class EtcdKeys {
    static final String ALL = "/vfio4j/1/";
    static final String HOSTS = ALL + "hosts/";
    static final String RESERVATIONS = ALL + "reservations/";
    static final String LEDGERS = ALL + "ledgers/";

    private EtcdKeys() {}

    static ByteSequence host(String host) {
        return bytes(HOSTS + host);
    }

    static ByteSequence ledger(String host) {
        return bytes(LEDGERS + host);
    }

    static ByteSequence reservations(String host) {
        return bytes(RESERVATIONS + host + "/");
    }

    static ByteSequence reservation(String host, UUID id) {
        return bytes(RESERVATIONS + host + "/" + id);
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    static String text(ByteSequence bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
