/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

/** Whom a display is shown to. */
public sealed interface Access {
    /** Whoever has got here: the transport has asked who he is. */
    record Authenticated() implements Access {}

    /**
     * Who knows the password. RFB's own way of asking (VNC authentication) uses DES and eight characters: it keeps out who cannot listen.
     *
     * @param password of which the first eight characters count
     * @param guesses who has given a wrong one; shared by all that ask for the same password
     */
    record Password(String password, Guesses guesses) implements Access {
        /** With nobody who has given a wrong one yet. */
        public Password(String password) {
            this(password, new Guesses(System::nanoTime));
        }
    }
}
