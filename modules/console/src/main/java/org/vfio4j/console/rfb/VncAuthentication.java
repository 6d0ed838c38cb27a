/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * VNC authentication (RFC 6143, 7.2.2): the viewer encrypts 16 random bytes with the password. DES with a key of eight characters is no secret
 * from somebody who can listen and try: it is for the loopback interface and for tunnels.
 */
final class VncAuthentication {
    static final int CHALLENGE = 16;
    private static final int KEY = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private VncAuthentication() {}

    static byte[] challenge() {
        byte[] challenge = new byte[CHALLENGE];
        RANDOM.nextBytes(challenge);
        return challenge;
    }

    static boolean isAnswered(byte[] challenge, byte[] response, String password) {
        return MessageDigest.isEqual(response, encrypt(challenge, password));
    }

    /** What a viewer that knows the password answers. */
    static byte[] encrypt(byte[] challenge, String password) {
        byte[] key = Arrays.copyOf(password.getBytes(StandardCharsets.ISO_8859_1), KEY);
        for (int i = 0; i < KEY; i++) {
            // RFC 6143: the bits of each byte are the other way round.
            key[i] = (byte) (Integer.reverse(key[i]) >>> (Integer.SIZE - Byte.SIZE));
        }
        try {
            Cipher des = Cipher.getInstance("DES/ECB/NoPadding");
            des.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"));
            return des.doFinal(challenge);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no DES", e);
        }
    }
}
