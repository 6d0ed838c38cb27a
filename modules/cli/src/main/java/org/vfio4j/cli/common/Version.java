/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version that the build wrote into the jar. */
public final class Version {
    private Version() {}

    /** As {@code vfio --version} shows it. */
    public static String text() {
        return "vfio4j " + number() + " (Java " + Runtime.version() + ")";
    }

    public static String number() {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/org/vfio4j/cli/version.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }
}
