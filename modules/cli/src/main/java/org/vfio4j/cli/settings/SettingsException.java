/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.settings;

/** A file of settings that cannot be used; its message says which, where and why. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SettingsException(String message) {
        super(message);
    }
}
