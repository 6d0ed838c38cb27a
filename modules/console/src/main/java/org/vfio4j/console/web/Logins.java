/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who has shown the token: each browser gets a secret of its own in its place, which ends when it is not used for half a day, or signed out.
 * Secrets are kept and looked up by their hashes, so that how long a comparison takes tells nothing. Safe for use by many threads.
 */
final class Logins {
    private static final int MAX = 64;
    private static final long UNUSED_NANOS = Duration.ofHours(12).toNanos();

    private final byte[] token;
    private final Map<String, Long> used = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param token what is asked for
     */
    Logins(String token) {
        this.token = hash(token);
    }

    /** Whether that is the token. */
    boolean isToken(String presented) {
        return MessageDigest.isEqual(hash(presented), token);
    }

    /** A new secret; the one unused for longest ends if there are too many. */
    synchronized String open() {
        String secret = Token.random();
        used.put(key(secret), System.nanoTime());
        Iterator<String> oldest = used.keySet().iterator();
        while (used.size() > MAX) {
            oldest.next();
            oldest.remove();
        }
        return secret;
    }

    /** Whether that is the secret of somebody who is signed in. */
    synchronized boolean isOpen(String secret) {
        String key = key(secret);
        Long last = used.get(key);
        if (last == null || System.nanoTime() - last > UNUSED_NANOS) {
            used.remove(key);
            return false;
        }
        used.put(key, System.nanoTime());
        return true;
    }

    /** Signs out. */
    synchronized void close(String secret) {
        used.remove(key(secret));
    }

    private static String key(String secret) {
        return HexFormat.of().formatHex(hash(secret));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
