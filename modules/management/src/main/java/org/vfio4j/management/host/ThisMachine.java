/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What the machine this runs on is called. */
public final class ThisMachine {
    private ThisMachine() {}

    /** Its host name, or {@code localhost} if it has none. */
    public static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Its kernel's release, as uname -r says it. */
    public static String kernelRelease() {
        return System.getProperty("os.version", "unknown");
    }
}
