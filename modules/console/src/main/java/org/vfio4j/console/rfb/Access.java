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
     */
    record Password(String password) implements Access {}
}
